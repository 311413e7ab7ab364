//~ 17 errors: one for each reserved name
use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(rename = "iss")]
    claim_1: u8,
    #[serde(rename = "sub")]
    claim_2: u8,
    #[serde(rename = "aud")]
    claim_3: u8,
    #[serde(rename = "exp")]
    claim_4: u8,
    #[serde(rename = "nbf")]
    claim_5: u8,
    #[serde(rename = "iat")]
    claim_6: u8,
    #[serde(rename = "jti")]
    claim_7: u8,
    #[serde(rename = "type")]
    claim_8: u8,
    #[serde(rename = "fresh")]
    claim_9: u8,
    #[serde(rename = "csrf")]
    claim_10: u8,
    #[serde(rename = "scopes")]
    claim_11: u8,
    #[serde(rename = "scope")]
    claim_12: u8,
    #[serde(rename = "auth_time")]
    claim_13: u8,
    #[serde(rename = "sid")]
    claim_14: u8,
    #[serde(rename = "realm")]
    claim_15: u8,
    #[serde(rename = "cnf")]
    claim_16: u8,
    #[serde(rename = "client_id")]
    claim_17: u8,
}

fn main() {}
