use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    #[serde(borrow)]
    text: String,
}

fn main() {}
