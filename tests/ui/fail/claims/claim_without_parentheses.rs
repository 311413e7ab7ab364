use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[claim]
    name: String,
}

fn main() {}
