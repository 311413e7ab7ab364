use fastjwt::jwt_claims;

#[jwt_claims]
#[claim(unchecked)]
struct Profile {
    name: String,
}

fn main() {}
