//! Keys that exist for these tests alone and protect nothing, in the forms in which OpenSSL writes them, and signers with them.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use fastjwt::{Algorithm, FastJwt, SigningKey};
use serde_json::{Value, json};

use crate::support::{NOW, at, encode, jwt, sign_segments};

/// A P-256 private key, PKCS#8.
pub const P256: &str = "\
-----BEGIN PRIVATE KEY-----\n\
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxhFcslXqObRMvHb5\n\
1pnI6sIZINHc1URamj1tThUuRQ2hRANCAAScAuL+jTDjmr301GI314/qa4nqW8rg\n\
ctPyzqbyGmgxmxYLZuxHgRZrTMxsnSX0fl9UyE5Ez6TCpfg6RbDsDt3c\n\
-----END PRIVATE KEY-----\n";

/// The same key, SEC 1.
pub const P256_SEC1: &str = "\
-----BEGIN EC PRIVATE KEY-----\n\
MHcCAQEEIMYRXLJV6jm0TLx2+daZyOrCGSDR3NVEWpo9bU4VLkUNoAoGCCqGSM49\n\
AwEHoUQDQgAEnALi/o0w45q99NRiN9eP6muJ6lvK4HLT8s6m8hpoMZsWC2bsR4EW\n\
a0zMbJ0l9H5fVMhORM+kwqX4OkWw7A7d3A==\n\
-----END EC PRIVATE KEY-----\n";

/// The same key, SEC 1, as `openssl ecparam -genkey` writes it.
pub const P256_WITH_PARAMETERS: &str = "\
-----BEGIN EC PARAMETERS-----\n\
BggqhkjOPQMBBw==\n\
-----END EC PARAMETERS-----\n\
-----BEGIN EC PRIVATE KEY-----\n\
MHcCAQEEIMYRXLJV6jm0TLx2+daZyOrCGSDR3NVEWpo9bU4VLkUNoAoGCCqGSM49\n\
AwEHoUQDQgAEnALi/o0w45q99NRiN9eP6muJ6lvK4HLT8s6m8hpoMZsWC2bsR4EW\n\
a0zMbJ0l9H5fVMhORM+kwqX4OkWw7A7d3A==\n\
-----END EC PRIVATE KEY-----\n";

/// The same key, encrypted.
pub const P256_ENCRYPTED: &str = "\
-----BEGIN ENCRYPTED PRIVATE KEY-----\n\
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAioBTrHh5FLrwICCAAw\n\
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEA81WxeLQDHFP9TrqkXQqFgEgZBY\n\
YQGkz4JBMFkEg0n+jM9EUwrQpSC21ORg0cID5fO5dhFkQnzEO24AYychAKOh4bbX\n\
oXJ8ENO5pfKB5ENzQ8beLFMopeimcSlgA4E3Dg/YsayCV/Z4ZkGoek0MvmeBBrik\n\
rpkdVD1zH5Zd2AqVAWqqT9rsRpKh+8sg25A7EvPqe2NisxfFfDktwMKwtka4I+0=\n\
-----END ENCRYPTED PRIVATE KEY-----\n";

/// The same key, encrypted in the older way, with headers inside the block.
pub const P256_SEC1_ENCRYPTED: &str = "\
-----BEGIN EC PRIVATE KEY-----\n\
Proc-Type: 4,ENCRYPTED\n\
DEK-Info: AES-128-CBC,BE6E4B675D7F35F2141DBA8B3D4A6B27\n\
\n\
Z4w9qdaEn7WIg5p+oErv1w3WN9fJgZcb1waX9mS8ccyvhd6/rlJBIB/RAiis4NqB\n\
T4wI94Z2+x7COuuMgLumK7+78k8us8wCYjcRC0xhCAGdkAbGlzVHs5c3qzHxk8Yp\n\
O1nw5dA2/ClbthODeMQxWq9qbgOsZFC478cMeix5UGc=\n\
-----END EC PRIVATE KEY-----\n";

/// Its public half.
pub const P256_PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnALi/o0w45q99NRiN9eP6muJ6lvK\n\
4HLT8s6m8hpoMZsWC2bsR4EWa0zMbJ0l9H5fVMhORM+kwqX4OkWw7A7d3A==\n\
-----END PUBLIC KEY-----\n";

/// Its public half with a compressed point.
pub const P256_COMPRESSED: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACnALi/o0w45q99NRiN9eP6muJ6lvK\n\
4HLT8s6m8hpoMZs=\n\
-----END PUBLIC KEY-----\n";

/// Its public half with the curve spelt out in place of its name.
pub const P256_EXPLICIT: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA\n\
AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////\n\
///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd\n\
NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5\n\
RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA\n\
//////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABJwC4v6NMOOavfTUYjfXj+pr\n\
iepbyuBy0/LOpvIaaDGbFgtm7EeBFmtMzGydJfR+X1TITkTPpMKl+DpFsOwO3dw=\n\
-----END PUBLIC KEY-----\n";

/// A certificate of it.
pub const P256_CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBcjCCARmgAwIBAgIUdA2uW8Cgt/c6vo8zI2y2YxZxyeEwCgYIKoZIzj0EAwIw\n\
DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjIwMDE1MTJaFw0zNjExMTkwMDE1MTJa\n\
MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAScAuL+\n\
jTDjmr301GI314/qa4nqW8rgctPyzqbyGmgxmxYLZuxHgRZrTMxsnSX0fl9UyE5E\n\
z6TCpfg6RbDsDt3co1MwUTAdBgNVHQ4EFgQUrrsIlXlnjowaq6mbTLPafUmaDXIw\n\
HwYDVR0jBBgwFoAUrrsIlXlnjowaq6mbTLPafUmaDXIwDwYDVR0TAQH/BAUwAwEB\n\
/zAKBggqhkjOPQQDAgNHADBEAiBWLKRQY7uMQpTa7rVZ3QIuiVkr1ZzkWIXP+h1J\n\
3CIR9QIgagHraAS5ti49peD6BWZhIx2PEc021rDjk1f5GXJPeRo=\n\
-----END CERTIFICATE-----\n";

/// A P-384 private key.
pub const P384: &str = "\
-----BEGIN PRIVATE KEY-----\n\
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBR11wC2hS6vM3LMMKE\n\
dA8PddeXKQPrB4Dt4A21/nCwqjESq1atQXmL9kAD2QvNiiahZANiAASEOt8O5IW8\n\
xZ4gPMYWOK2eu67VJIIcK0sErbwBsFEQqJoZKiLSmRT9KcSQGlNe6vxse2QO8peS\n\
8QORYTnP6Z58rLesUL2KcfIMdjD3aoJ87cQKQ6T8fJu2pb2lyHiPgQY=\n\
-----END PRIVATE KEY-----\n";

/// The same key, SEC 1.
pub const P384_SEC1: &str = "\
-----BEGIN EC PRIVATE KEY-----\n\
MIGkAgEBBDBR11wC2hS6vM3LMMKEdA8PddeXKQPrB4Dt4A21/nCwqjESq1atQXmL\n\
9kAD2QvNiiagBwYFK4EEACKhZANiAASEOt8O5IW8xZ4gPMYWOK2eu67VJIIcK0sE\n\
rbwBsFEQqJoZKiLSmRT9KcSQGlNe6vxse2QO8peS8QORYTnP6Z58rLesUL2KcfIM\n\
djD3aoJ87cQKQ6T8fJu2pb2lyHiPgQY=\n\
-----END EC PRIVATE KEY-----\n";

/// Its public half.
pub const P384_PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEhDrfDuSFvMWeIDzGFjitnruu1SSCHCtL\n\
BK28AbBREKiaGSoi0pkU/SnEkBpTXur8bHtkDvKXkvEDkWE5z+mefKy3rFC9inHy\n\
DHYw92qCfO3ECkOk/HybtqW9pch4j4EG\n\
-----END PUBLIC KEY-----\n";

/// A secp256k1 private key, as long as one of P-256.
pub const SECP256K1: &str = "\
-----BEGIN PRIVATE KEY-----\n\
MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgEfDjWXoA6oaTiFiaGWVM\n\
FQw/6FdjGW92YueGOIk1j6ihRANCAASyr+GAsrkvyqSZH5g5uRmnGjX75QpvZQKT\n\
E6g11Q9DUhvUnf+e6qvC87hARd9xGj/YJD+mjw9wcXv4jf8qEmCY\n\
-----END PRIVATE KEY-----\n";

/// Its public half.
pub const SECP256K1_PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEsq/hgLK5L8qkmR+YObkZpxo1++UKb2UC\n\
kxOoNdUPQ1Ib1J3/nuqrwvO4QEXfcRo/2CQ/po8PcHF7+I3/KhJgmA==\n\
-----END PUBLIC KEY-----\n";

/// An Ed25519 private key.
pub const ED25519: &str = "\
-----BEGIN PRIVATE KEY-----\n\
MC4CAQAwBQYDK2VwBCIEIOj1wKfW+EmwhsRErLZyBdBBrSVON90Mh6FhUSv0D+9H\n\
-----END PRIVATE KEY-----\n";

/// Its public half.
pub const ED25519_PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MCowBQYDK2VwAyEAi76dLguiCjbpZOMcrjFCvqzNONPaAfoId/sF4wduyHA=\n\
-----END PUBLIC KEY-----\n";

/// An X25519 private key, as long as one of Ed25519.
pub const X25519: &str = "\
-----BEGIN PRIVATE KEY-----\n\
MC4CAQAwBQYDK2VuBCIEIMhiIKnNQvXfbdkiFWQvRKP91QO5ohFWbIdbfgmtBtRw\n\
-----END PRIVATE KEY-----\n";

/// Its public half.
pub const X25519_PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MCowBQYDK2VuAyEAy4z4jyOhOBEocucHfnmcKKGGiddrxdHf9RcNkiBEtng=\n\
-----END PUBLIC KEY-----\n";

/// An RSA private key of 2048 bits, PKCS#8.
pub const RSA: &str = "\
-----BEGIN PRIVATE KEY-----\n\
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCy2vsGmm4HKfcJ\n\
z/hFl+waJM+rv9QGapJXFirmS/sOFrjG12EQ5LumyT++9fQMCtT+eSSG6ceOP/Dv\n\
EQqfLE3ORO0olEbZPnO7TuDMeYO0FQTbP3Tg/nop+7jEzAHH7V1TnOgmFEA6J+g6\n\
qjzpwVIY8EMJL61THRHN3PBdgPNTZ85UbsrmXII9AcetioGHSDR/8utftwrUBQdn\n\
9R68BokGMOOxhxihmbT98yCySlgr0vtmWt5SNYineMUEkn5vCaRwXJh5w2JGQasV\n\
SZ9giQ8AP4J39tf8hKr4FEHh2ZK/RIJkGk+DWu1h3sSBv/ETdkMl98nvkcmZKknD\n\
L7zQ+dS7AgMBAAECggEASB9kxZtljg7+lt7d21Zxd3NrqPLwcWvtOh/uybJO+TXx\n\
agF1G2ZZQ175DSzKLkb57+ny8FJ6TaL8KbNCCMDJWUnTJp9wWG9GJPygSuQfV3F4\n\
ZV8X5xjHM4HV1sn7V98gWLS3qo9U/P6Vt35plMuHqxXLunsW1iKtSMn0xYfX10Qi\n\
uL99ogg8PAn8IqHmyMnmFuZztjRED076V9LrN/kMwi/RLD95BJnPmABC4S/YMkpY\n\
oqt9cS/X6Js/uaJgmYlsP6JLMwM/D+djBDkC2D4gYqiFtx1MS6KA7CP9cVprrZ9d\n\
wYXv4oahRoIvUuC9C/j6LhydIqvbHsuFRlyjuzftmQKBgQDclYOLw4k3+6SC8fQs\n\
OV3OvvegAH4BR0qCyZ2Oq3mvWAWjUGm7OLTa6vGNFPV+JYrzQVKaAaCiZjIs4JCl\n\
YSiAh7sb2piFFSmtMIDt7gkkIpoJmTHfKqpy6el6Rdxs1JQIJXho9+C5c2/jOXjR\n\
K1T0BT41PLGan8y6AF8PKWBgKQKBgQDPklQC6Zi3PCLZnnQetky19pBuukFmPOdL\n\
TtqTz0cD7qYgRYUtNQW6LB2vK140mbNjKtGpLD+MI3BLCMMKbJo1zf8PD2etctMU\n\
gHYmjeiy/TeAybNI2ndLxsQWm3tLkbmBwgX8faYxYeQ0Sx7NwVCGvAgk1jQvbsib\n\
ElIvqKiaQwKBgDqyMlnbg0T5WjJZ7c5iyXp9SGk0GFOAw+v/eESBjpTBCGcHu8rM\n\
8Rsbz4DqJdUWal4GcNN4QWVVal6Utwi6zMs+0uQ7i8BF/FwQfw5Q+++4oWKSeDnZ\n\
IZgIdE9MDbaL7oQobF0KMKtIc2p0XZjTPfzc9Eu4Rc5OXWzVMnZXXUTZAoGASNV7\n\
jRoScBk10U58SFqHSEIgI/pPAGTWc+JTaBIPRR30RNagCGDWhaD9OX3qLGLSQzW/\n\
I7FXCwFUYb/NUFcTNVX27X3mT0I/Nq5sxtJ8mHGpjBM6SZH+0iQIojYkaTvU7+b4\n\
2sPsEN/ch0zkniX674wC/4n5/brNwTwIgpiXsKkCgYEAs4u6i+oDibU3ZBdsEaIO\n\
awfPe1/DPRYc1FKf9rXZi+msFSeEZzkALjDlVwst7cI5sIoegfmHAy4jrriCwGcN\n\
6cAuKuQN8qrGLU4f1GJfOFcbcwrlgqTc7qOs8z4HgA6nuMaA/19G76uvk1YXIqrJ\n\
OkpsBm5cb9E8nHW3oDvL570=\n\
-----END PRIVATE KEY-----\n";

/// Its public half.
pub const RSA_PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAstr7BppuByn3Cc/4RZfs\n\
GiTPq7/UBmqSVxYq5kv7Dha4xtdhEOS7psk/vvX0DArU/nkkhunHjj/w7xEKnyxN\n\
zkTtKJRG2T5zu07gzHmDtBUE2z904P56Kfu4xMwBx+1dU5zoJhRAOifoOqo86cFS\n\
GPBDCS+tUx0RzdzwXYDzU2fOVG7K5lyCPQHHrYqBh0g0f/LrX7cK1AUHZ/UevAaJ\n\
BjDjsYcYoZm0/fMgskpYK9L7ZlreUjWIp3jFBJJ+bwmkcFyYecNiRkGrFUmfYIkP\n\
AD+Cd/bX/ISq+BRB4dmSv0SCZBpPg1rtYd7Egb/xE3ZDJffJ75HJmSpJwy+80PnU\n\
uwIDAQAB\n\
-----END PUBLIC KEY-----\n";

/// The bytes inside a PEM text of one block without headers.
pub fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    BASE64_STANDARD.decode(body).unwrap()
}

/// A PEM text around bytes.
pub fn pem(label: &str, der: &[u8]) -> String {
    let body = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> = body.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// Signs what it is given, whatever it is, with the key of one algorithm; without the road under test.
#[derive(Debug, Clone, Copy)]
pub enum Signer {
    Hs256,
    Es256,
    EdDsa,
}

impl Signer {
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::Hs256 => Algorithm::HS256,
            Self::Es256 => Algorithm::ES256,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }

    /// A token of two encoded segments.
    pub fn sign(self, header: &str, payload: &str) -> String {
        let message = format!("{header}.{payload}");
        let signature = match self {
            Self::Hs256 => return sign_segments(header, payload),
            Self::Es256 => EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, &der(P256_SEC1))
                .unwrap()
                .sign(&SystemRandom::new(), message.as_bytes())
                .unwrap(),
            Self::EdDsa => Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der(ED25519)).unwrap().sign(message.as_bytes()),
        };
        format!("{message}.{}", encode(signature))
    }

    /// A token with these members in its header.
    pub fn forge(self, header: &Value, claims: &Value) -> String {
        self.sign(&encode(header.to_string()), &encode(claims.to_string()))
    }

    /// A token with the usual header.
    pub fn token(self, claims: &Value) -> String {
        self.forge(&json!({ "alg": self.algorithm().as_str(), "typ": "JWT" }), claims)
    }
}

/// Each algorithm's signer, and a configuration that verifies what it signs.
pub fn every_algorithm() -> [(Signer, FastJwt); 3] {
    let with = |algorithm, pem| {
        let key = SigningKey::from_pem(algorithm, pem).unwrap();
        FastJwt::builder().key(key).clock(|| at(NOW)).build().unwrap()
    };
    [
        (Signer::Hs256, jwt()),
        (Signer::Es256, with(Algorithm::ES256, P256)),
        (Signer::EdDsa, with(Algorithm::EdDSA, ED25519)),
    ]
}
