use fastjwt::jwt_claims;

#[jwt_claims]
#[fastjwt::claim_value]
struct Profile {
    name: String,
}

fn main() {}
