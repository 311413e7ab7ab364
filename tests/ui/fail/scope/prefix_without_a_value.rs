use fastjwt::Scope;

#[derive(Scope)]
#[scope(prefix)]
enum Orders {
    Read,
}

fn main() {}
