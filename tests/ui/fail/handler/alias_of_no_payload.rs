use fastjwt::access_token_required;

type User = String;

#[access_token_required]
async fn profile(#[payload] user: User) -> String {
    user
}

fn main() {}
