use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile<'a> {
    name: &'a str,
}

fn main() {}
