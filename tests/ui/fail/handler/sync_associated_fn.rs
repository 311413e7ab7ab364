use fastjwt::access_token_required;

struct Api;

impl Api {
    #[access_token_required]
    pub fn profile() -> &'static str {
        "profile"
    }
}

fn main() {}
