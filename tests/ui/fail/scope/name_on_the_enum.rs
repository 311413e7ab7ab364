use fastjwt::Scope;

#[derive(Scope)]
#[scope(name = "orders")]
enum Orders {
    Read,
}

fn main() {}
