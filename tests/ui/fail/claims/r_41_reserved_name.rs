use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    client_id: String,
}

fn main() {}
