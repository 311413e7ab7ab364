use fastjwt::access_token_required;

#[access_token_required(crate = "fastjwt")]
async fn profile() -> &'static str {
    "profile"
}

fn main() {}
