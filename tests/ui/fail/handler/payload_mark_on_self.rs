use fastjwt::access_token_required;

struct Api;

impl Api {
    #[access_token_required]
    async fn profile(#[payload] self) -> &'static str {
        "profile"
    }
}

fn main() {}
