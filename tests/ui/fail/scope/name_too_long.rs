use fastjwt::Scope;

#[derive(Scope)]
enum Orders {
    #[scope(name = "orders:0123456789012345678901234567890123456789012345678901234567")]
    Read,
}

fn main() {}
