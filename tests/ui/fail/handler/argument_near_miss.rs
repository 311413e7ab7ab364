use fastjwt::access_token_required;

#[access_token_required(realms = Staff)]
async fn profile() -> &'static str {
    "profile"
}

fn main() {}
