use fastjwt::jwt_claims;

type Maybe = Option<String>;

#[jwt_claims]
struct Profile {
    name: String,
    value: Maybe,
}

fn main() {}
