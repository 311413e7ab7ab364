use fastjwt::Scope;

#[derive(Scope)]
enum Orders {
    #[scope(prefix = "orders")]
    Read,
}

fn main() {}
