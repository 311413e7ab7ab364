use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    extra: String,
}

fn main() {}
