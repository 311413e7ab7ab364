use fastjwt::Scope;

#[derive(Scope)]
#[scope(prefix = "a", prefix = "b")]
enum Orders {
    Read,
}

fn main() {}
