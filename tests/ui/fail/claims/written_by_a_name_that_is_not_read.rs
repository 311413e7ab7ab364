use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    #[serde(rename(serialize = "tenantId"))]
    tenant: String,
}

fn main() {}
