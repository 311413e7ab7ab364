use fastjwt::Scope;

#[derive(Scope)]
#[scope]
enum Orders {
    Read,
}

fn main() {}
