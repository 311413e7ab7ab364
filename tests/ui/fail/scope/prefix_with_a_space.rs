use fastjwt::Scope;

#[derive(Scope)]
#[scope(prefix = "my orders")]
enum Orders {
    Read,
}

fn main() {}
