use fastjwt::Scope;

#[derive(Scope)]
enum Orders {
    #[scope(rename = "orders:read")]
    Read,
}

fn main() {}
