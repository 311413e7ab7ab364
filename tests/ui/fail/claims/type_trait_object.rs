use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    value: Box<dyn Send>,
}

fn main() {}
