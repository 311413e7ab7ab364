use fastjwt::access_token_required;

struct Api;

#[access_token_required]
impl Api {
    async fn profile() -> &'static str {
        "profile"
    }
}

fn main() {}
