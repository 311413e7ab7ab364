use fastjwt::{FastJwt, access_token_required};

struct Staff;

#[access_token_required(realm = Staff, state = FastJwt)]
async fn profile() -> &'static str {
    "profile"
}

fn main() {}
