use fastjwt::access_token_required;

#[access_token_required(locations(Locations::COOKIES))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
