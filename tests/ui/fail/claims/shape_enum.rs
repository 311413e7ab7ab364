use fastjwt::jwt_claims;

#[jwt_claims]
enum Profile {
    User { name: String },
}

fn main() {}
