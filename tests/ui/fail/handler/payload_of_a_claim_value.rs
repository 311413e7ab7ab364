use fastjwt::{TokenPayload, access_token_required, claim_value};

#[claim_value]
struct Profile {
    age: u8,
}

#[access_token_required]
async fn profile(payload: TokenPayload<Profile>) -> String {
    payload.age.to_string()
}

fn main() {}
