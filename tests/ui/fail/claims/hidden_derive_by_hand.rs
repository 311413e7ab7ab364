#[derive(fastjwt::__private::CheckClaims)]
struct Profile {
    name: String,
}

fn main() {}
