use fastjwt::Scope;

#[derive(Scope)]
enum Orders {
    #[scope(name = "")]
    Read,
}

fn main() {}
