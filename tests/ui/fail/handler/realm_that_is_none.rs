use fastjwt::access_token_required;

struct Staff;

#[access_token_required(realm = Staff)]
async fn profile() -> &'static str {
    "profile"
}

fn main() {}
