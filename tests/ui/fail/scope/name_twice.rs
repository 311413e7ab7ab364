use fastjwt::Scope;

#[derive(Scope)]
enum Orders {
    Read,
    #[scope(name = "orders:read")]
    ReadAgain,
}

fn main() {}
