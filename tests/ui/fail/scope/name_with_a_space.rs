use fastjwt::Scope;

#[derive(Scope)]
enum Orders {
    #[scope(name = "orders read")]
    Read,
}

fn main() {}
