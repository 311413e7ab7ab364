use fastjwt::jwt_claims;

#[jwt_claims]
union Profile {
    number: u32,
    bytes: [u8; 4],
}

fn main() {}
