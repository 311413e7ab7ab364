//! The keys of `test_keys`, made for tests alone, in the other forms in which OpenSSL writes them, and as JWKs.

/// `RSA` as PKCS#1.
pub const RSA_PKCS1: &str = "\
-----BEGIN RSA PRIVATE KEY-----\n\
MIIEowIBAAKCAQEAstr7BppuByn3Cc/4RZfsGiTPq7/UBmqSVxYq5kv7Dha4xtdh\n\
EOS7psk/vvX0DArU/nkkhunHjj/w7xEKnyxNzkTtKJRG2T5zu07gzHmDtBUE2z90\n\
4P56Kfu4xMwBx+1dU5zoJhRAOifoOqo86cFSGPBDCS+tUx0RzdzwXYDzU2fOVG7K\n\
5lyCPQHHrYqBh0g0f/LrX7cK1AUHZ/UevAaJBjDjsYcYoZm0/fMgskpYK9L7Zlre\n\
UjWIp3jFBJJ+bwmkcFyYecNiRkGrFUmfYIkPAD+Cd/bX/ISq+BRB4dmSv0SCZBpP\n\
g1rtYd7Egb/xE3ZDJffJ75HJmSpJwy+80PnUuwIDAQABAoIBAEgfZMWbZY4O/pbe\n\
3dtWcXdza6jy8HFr7Tof7smyTvk18WoBdRtmWUNe+Q0syi5G+e/p8vBSek2i/Cmz\n\
QgjAyVlJ0yafcFhvRiT8oErkH1dxeGVfF+cYxzOB1dbJ+1ffIFi0t6qPVPz+lbd+\n\
aZTLh6sVy7p7FtYirUjJ9MWH19dEIri/faIIPDwJ/CKh5sjJ5hbmc7Y0RA9O+lfS\n\
6zf5DMIv0Sw/eQSZz5gAQuEv2DJKWKKrfXEv1+ibP7miYJmJbD+iSzMDPw/nYwQ5\n\
Atg+IGKohbcdTEuigOwj/XFaa62fXcGF7+KGoUaCL1LgvQv4+i4cnSKr2x7LhUZc\n\
o7s37ZkCgYEA3JWDi8OJN/ukgvH0LDldzr73oAB+AUdKgsmdjqt5r1gFo1Bpuzi0\n\
2urxjRT1fiWK80FSmgGgomYyLOCQpWEogIe7G9qYhRUprTCA7e4JJCKaCZkx3yqq\n\
cunpekXcbNSUCCV4aPfguXNv4zl40StU9AU+NTyxmp/MugBfDylgYCkCgYEAz5JU\n\
AumYtzwi2Z50HrZMtfaQbrpBZjznS07ak89HA+6mIEWFLTUFuiwdryteNJmzYyrR\n\
qSw/jCNwSwjDCmyaNc3/Dw9nrXLTFIB2Jo3osv03gMmzSNp3S8bEFpt7S5G5gcIF\n\
/H2mMWHkNEsezcFQhrwIJNY0L27ImxJSL6iomkMCgYA6sjJZ24NE+VoyWe3OYsl6\n\
fUhpNBhTgMPr/3hEgY6UwQhnB7vKzPEbG8+A6iXVFmpeBnDTeEFlVWpelLcIuszL\n\
PtLkO4vARfxcEH8OUPvvuKFikng52SGYCHRPTA22i+6EKGxdCjCrSHNqdF2Y0z38\n\
3PRLuEXOTl1s1TJ2V11E2QKBgEjVe40aEnAZNdFOfEhah0hCICP6TwBk1nPiU2gS\n\
D0Ud9ETWoAhg1oWg/Tl96ixi0kM1vyOxVwsBVGG/zVBXEzVV9u195k9CPzaubMbS\n\
fJhxqYwTOkmR/tIkCKI2JGk71O/m+NrD7BDf3IdM5J4l+u+MAv+J+f26zcE8CIKY\n\
l7CpAoGBALOLuovqA4m1N2QXbBGiDmsHz3tfwz0WHNRSn/a12YvprBUnhGc5AC4w\n\
5VcLLe3CObCKHoH5hwMuI664gsBnDenALirkDfKqxi1OH9RiXzhXG3MK5YKk3O6j\n\
rPM+B4AOp7jGgP9fRu+rr5NWFyKqyTpKbAZuXG/RPJx1t6A7y+e9\n\
-----END RSA PRIVATE KEY-----\n";

/// Its public half as PKCS#1.
pub const RSA_PKCS1_PUBLIC: &str = "\
-----BEGIN RSA PUBLIC KEY-----\n\
MIIBCgKCAQEAstr7BppuByn3Cc/4RZfsGiTPq7/UBmqSVxYq5kv7Dha4xtdhEOS7\n\
psk/vvX0DArU/nkkhunHjj/w7xEKnyxNzkTtKJRG2T5zu07gzHmDtBUE2z904P56\n\
Kfu4xMwBx+1dU5zoJhRAOifoOqo86cFSGPBDCS+tUx0RzdzwXYDzU2fOVG7K5lyC\n\
PQHHrYqBh0g0f/LrX7cK1AUHZ/UevAaJBjDjsYcYoZm0/fMgskpYK9L7ZlreUjWI\n\
p3jFBJJ+bwmkcFyYecNiRkGrFUmfYIkPAD+Cd/bX/ISq+BRB4dmSv0SCZBpPg1rt\n\
Yd7Egb/xE3ZDJffJ75HJmSpJwy+80PnUuwIDAQAB\n\
-----END RSA PUBLIC KEY-----\n";

/// A certificate of `RSA`.
pub const RSA_CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIDCDCCAfCgAwIBAgIUflo6qnD/TwKK9vdzh8lGz06fVoEwDQYJKoZIhvcNAQEL\n\
BQAwFTETMBEGA1UEAwwKYSB0ZXN0IGtleTAeFw0yNjExMjIwMTA0MzNaFw0zNjEx\n\
MTkwMTA0MzNaMBUxEzARBgNVBAMMCmEgdGVzdCBrZXkwggEiMA0GCSqGSIb3DQEB\n\
AQUAA4IBDwAwggEKAoIBAQCy2vsGmm4HKfcJz/hFl+waJM+rv9QGapJXFirmS/sO\n\
FrjG12EQ5LumyT++9fQMCtT+eSSG6ceOP/DvEQqfLE3ORO0olEbZPnO7TuDMeYO0\n\
FQTbP3Tg/nop+7jEzAHH7V1TnOgmFEA6J+g6qjzpwVIY8EMJL61THRHN3PBdgPNT\n\
Z85UbsrmXII9AcetioGHSDR/8utftwrUBQdn9R68BokGMOOxhxihmbT98yCySlgr\n\
0vtmWt5SNYineMUEkn5vCaRwXJh5w2JGQasVSZ9giQ8AP4J39tf8hKr4FEHh2ZK/\n\
RIJkGk+DWu1h3sSBv/ETdkMl98nvkcmZKknDL7zQ+dS7AgMBAAGjUDBOMB0GA1Ud\n\
DgQWBBSh7M1vw0L0PwavMu5OxO2qYv+lxzAfBgNVHSMEGDAWgBSh7M1vw0L0Pwav\n\
Mu5OxO2qYv+lxzAMBgNVHRMBAf8EAjAAMA0GCSqGSIb3DQEBCwUAA4IBAQA1Z91k\n\
PJvE8kgqt9SSBQ1agCFZT2miIvfcInpTUjd9SKP3I2Il2IRHeP1aWy66fXyf2KBf\n\
2mUiBREoAdffRzQ0TKJrpNG/XmaXKmZvp/oTrkm7/vFoz1QnVcQF9pttT3Ir/9Nn\n\
yJ3hSYn/oHwFqKQPMWp4JDeP0TNYn1q219EeP32S5SYrZAxXbgFn+gQFXox+H+9J\n\
v19FX4Kqh6QcaTw/NwTpjFBPhlqw2z5GUNIuPQUMEZsBKD/FU65EYPa9+i9+2Nw0\n\
hQd1w/y9pKPmBEW52jqW4w97Xs7LBoV6eCTj+D2sa/tf5zGvO9pnKOd4qiCTJ7wr\n\
pui3M4Pmh4Xi7n8h\n\
-----END CERTIFICATE-----\n";

/// A certificate of `P384`.
pub const P384_CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBuTCCAT+gAwIBAgIUOoGichqqQvaI3ektqQ425bKqHSQwCgYIKoZIzj0EAwIw\n\
FTETMBEGA1UEAwwKYSB0ZXN0IGtleTAeFw0yNjExMjIwMTA0MzNaFw0zNjExMTkw\n\
MTA0MzNaMBUxEzARBgNVBAMMCmEgdGVzdCBrZXkwdjAQBgcqhkjOPQIBBgUrgQQA\n\
IgNiAASEOt8O5IW8xZ4gPMYWOK2eu67VJIIcK0sErbwBsFEQqJoZKiLSmRT9KcSQ\n\
GlNe6vxse2QO8peS8QORYTnP6Z58rLesUL2KcfIMdjD3aoJ87cQKQ6T8fJu2pb2l\n\
yHiPgQajUDBOMB0GA1UdDgQWBBSl+MWCEJ+LmpUdLoJcIBaE6HFIqzAfBgNVHSME\n\
GDAWgBSl+MWCEJ+LmpUdLoJcIBaE6HFIqzAMBgNVHRMBAf8EAjAAMAoGCCqGSM49\n\
BAMCA2gAMGUCMQDX0GnpVD0gjoi3xmLq+KQFVqnPCEXjeyjuU0hDrTuOeZIeTVW6\n\
Eh5YhAjzQ3f871sCMG3HCIAVzfwee4clrpNIVvufHx9lFcZaqMnCKuWUvOTuIeix\n\
KW9GgQyLm55zHoe6/w==\n\
-----END CERTIFICATE-----\n";

/// A certificate of `ED25519`.
pub const ED25519_CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBOzCB7qADAgECAhQhzVGi+lT5/ILtc78U1Bc2U2cARzAFBgMrZXAwFTETMBEG\n\
A1UEAwwKYSB0ZXN0IGtleTAeFw0yNjExMjIwMTA0MzNaFw0zNjExMTkwMTA0MzNa\n\
MBUxEzARBgNVBAMMCmEgdGVzdCBrZXkwKjAFBgMrZXADIQCLvp0uC6IKNulk4xyu\n\
MUK+rM0409oB+gh3+wXjB27IcKNQME4wHQYDVR0OBBYEFEBwbXlUpRP420sir0DS\n\
eqDrjnh5MB8GA1UdIwQYMBaAFEBwbXlUpRP420sir0DSeqDrjnh5MAwGA1UdEwEB\n\
/wQCMAAwBQYDK2VwA0EALQqNDmaYuIbGE+s+btOIj8FALTvUlxbV0HwfPRPx5dB3\n\
WLRNzgYtKD9OcF2B6rUP0IYWgPljidWjh8OI2YmFAw==\n\
-----END CERTIFICATE-----\n";

/// An RSA private key of 1024 bits, too few.
pub const RSA_1024: &str = "\
-----BEGIN PRIVATE KEY-----\n\
MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBANBuAUWy25c/yAwk\n\
8/bL8QfSla/FQ/l+DIr0j2IBZKXeqNnBlQkHXYNo2q29lGMd3ZrNTXlInaN43E6c\n\
/ccaT3z7UzbrWhY7L9IQmFmjxTr6cwpc2gF/D2G27gPfwxPNAmGjxyOTa+Hqqldm\n\
9sihukgOGJW7poB2lx63zgvq0eclAgMBAAECgYBpBjUv6KsLsIDd1bT0s9j1JyBz\n\
3EOfMOujDQ4+xRLxHZwZdZjiXsq5D5m5GCDwPLlQaojSR0vfdmQUXLjnnZNVLimZ\n\
9maeWUZAUM96WKWF794OxVb/ri4vtkwHtEomQj5Im0FnM62yvWvXuSFYTJsbg+lR\n\
XR9G3S1Moz6rxUE/9QJBAPvXqlcqe/ywrRQOll12lRaHz7aIY3m4dZkgxkd9tpRU\n\
t5igmvwjdjJb7IcFcVGI2Ql/g46prcmVs8Q+IINyMGsCQQDT3t53DHyzkLjJ9u17\n\
+AFU+AXio+gLguS7i4COO6d3+nlTIR52i9aTMTDPq59YyX/VEBp9iw9XPfK7+A3q\n\
w+qvAkEA7kMcujjMcsXoCYi/g48z/8vfnQ6uJjN4trXGQU7TVMRNqo2P86nNIlnL\n\
jfZ9PildRNop6efoLkZ+e9RXSGTZHwJBAKaEX2xJkCjA8bsqK3RncwSI+ncqQ1Ho\n\
ykTsW1luYSzW20wOl5asSTTeUHKnfFGX7LRUN7278Y6rzX8Wcjm1SVkCQHl8xpV1\n\
4vcVDgtI2NDGAXCDQmyBgfqUkxwkGEyeT4kdKSub4kHhY4EqIPWP50qbe6WZNRar\n\
iE9bjdyTCaH7/dk=\n\
-----END PRIVATE KEY-----\n";

/// Its public half.
pub const RSA_1024_PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDQbgFFstuXP8gMJPP2y/EH0pWv\n\
xUP5fgyK9I9iAWSl3qjZwZUJB12DaNqtvZRjHd2azU15SJ2jeNxOnP3HGk98+1M2\n\
61oWOy/SEJhZo8U6+nMKXNoBfw9htu4D38MTzQJho8cjk2vh6qpXZvbIobpIDhiV\n\
u6aAdpcet84L6tHnJQIDAQAB\n\
-----END PUBLIC KEY-----\n";

/// `P256` as a private JWK.
pub const P256_JWK: &str = "\
     {\"kty\":\"EC\",\
     \"crv\":\"P-256\",\
     \"x\":\"nALi_o0w45q99NRiN9eP6muJ6lvK4HLT8s6m8hpoMZs\",\
     \"y\":\"Fgtm7EeBFmtMzGydJfR-X1TITkTPpMKl-DpFsOwO3dw\",\
     \"d\":\"xhFcslXqObRMvHb51pnI6sIZINHc1URamj1tThUuRQ0\"}";

/// `P384` as a private JWK.
pub const P384_JWK: &str = "\
     {\"kty\":\"EC\",\
     \"crv\":\"P-384\",\
     \"x\":\"hDrfDuSFvMWeIDzGFjitnruu1SSCHCtLBK28AbBREKiaGSoi0pkU_SnEkBpTXur8\",\
     \"y\":\"bHtkDvKXkvEDkWE5z-mefKy3rFC9inHyDHYw92qCfO3ECkOk_HybtqW9pch4j4EG\",\
     \"d\":\"UddcAtoUurzNyzDChHQPD3XXlykD6weA7eANtf5wsKoxEqtWrUF5i_ZAA9kLzYom\"}";

/// `ED25519` as a private JWK.
pub const ED25519_JWK: &str = "\
     {\"kty\":\"OKP\",\
     \"crv\":\"Ed25519\",\
     \"x\":\"i76dLguiCjbpZOMcrjFCvqzNONPaAfoId_sF4wduyHA\",\
     \"d\":\"6PXAp9b4SbCGxESstnIF0EGtJU433QyHoWFRK_QP70c\"}";

/// `RSA` as a private JWK.
pub const RSA_JWK: &str = "\
     {\"kty\":\"RSA\",\
     \"n\":\"str7BppuByn3Cc_4RZfsGiTPq7_UBmqSVxYq5kv7Dha4xtdhEOS7psk_vvX0DArU_nkkhunHjj_w7xEKnyxNzkTtKJRG2T5zu07g\
     zHmDtBUE2z904P56Kfu4xMwBx-1dU5zoJhRAOifoOqo86cFSGPBDCS-tUx0RzdzwXYDzU2fOVG7K5lyCPQHHrYqBh0g0f_LrX7cK\
     1AUHZ_UevAaJBjDjsYcYoZm0_fMgskpYK9L7ZlreUjWIp3jFBJJ-bwmkcFyYecNiRkGrFUmfYIkPAD-Cd_bX_ISq-BRB4dmSv0SC\
     ZBpPg1rtYd7Egb_xE3ZDJffJ75HJmSpJwy-80PnUuw\",\
     \"e\":\"AQAB\",\
     \"d\":\"SB9kxZtljg7-lt7d21Zxd3NrqPLwcWvtOh_uybJO-TXxagF1G2ZZQ175DSzKLkb57-ny8FJ6TaL8KbNCCMDJWUnTJp9wWG9GJPyg\
     SuQfV3F4ZV8X5xjHM4HV1sn7V98gWLS3qo9U_P6Vt35plMuHqxXLunsW1iKtSMn0xYfX10QiuL99ogg8PAn8IqHmyMnmFuZztjRE\
     D076V9LrN_kMwi_RLD95BJnPmABC4S_YMkpYoqt9cS_X6Js_uaJgmYlsP6JLMwM_D-djBDkC2D4gYqiFtx1MS6KA7CP9cVprrZ9d\
     wYXv4oahRoIvUuC9C_j6LhydIqvbHsuFRlyjuzftmQ\",\
     \"p\":\"3JWDi8OJN_ukgvH0LDldzr73oAB-AUdKgsmdjqt5r1gFo1Bpuzi02urxjRT1fiWK80FSmgGgomYyLOCQpWEogIe7G9qYhRUprTCA\
     7e4JJCKaCZkx3yqqcunpekXcbNSUCCV4aPfguXNv4zl40StU9AU-NTyxmp_MugBfDylgYCk\",\
     \"q\":\"z5JUAumYtzwi2Z50HrZMtfaQbrpBZjznS07ak89HA-6mIEWFLTUFuiwdryteNJmzYyrRqSw_jCNwSwjDCmyaNc3_Dw9nrXLTFIB2\
     Jo3osv03gMmzSNp3S8bEFpt7S5G5gcIF_H2mMWHkNEsezcFQhrwIJNY0L27ImxJSL6iomkM\",\
     \"dp\":\"OrIyWduDRPlaMlntzmLJen1IaTQYU4DD6_94RIGOlMEIZwe7yszxGxvPgOol1RZqXgZw03hBZVVqXpS3CLrMyz7S5DuLwEX8XBB_\
     DlD777ihYpJ4OdkhmAh0T0wNtovuhChsXQowq0hzanRdmNM9_Nz0S7hFzk5dbNUydlddRNk\",\
     \"dq\":\"SNV7jRoScBk10U58SFqHSEIgI_pPAGTWc-JTaBIPRR30RNagCGDWhaD9OX3qLGLSQzW_I7FXCwFUYb_NUFcTNVX27X3mT0I_Nq5s\
     xtJ8mHGpjBM6SZH-0iQIojYkaTvU7-b42sPsEN_ch0zkniX674wC_4n5_brNwTwIgpiXsKk\",\
     \"qi\":\"s4u6i-oDibU3ZBdsEaIOawfPe1_DPRYc1FKf9rXZi-msFSeEZzkALjDlVwst7cI5sIoegfmHAy4jrriCwGcN6cAuKuQN8qrGLU4f\
     1GJfOFcbcwrlgqTc7qOs8z4HgA6nuMaA_19G76uvk1YXIqrJOkpsBm5cb9E8nHW3oDvL570\"}";
