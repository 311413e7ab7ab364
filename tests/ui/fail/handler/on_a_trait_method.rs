use fastjwt::access_token_required;

trait Api {
    #[access_token_required]
    async fn profile() -> &'static str;
}

fn main() {}
