use fastjwt::Scope;

#[derive(Scope)]
enum Orders {
    #[scope(name = read)]
    Read,
}

fn main() {}
