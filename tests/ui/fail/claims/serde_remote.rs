use fastjwt::jwt_claims;

struct Other {
    name: String,
}

#[jwt_claims]
#[serde(remote = "Other")]
struct Profile {
    name: String,
}

fn main() {}
