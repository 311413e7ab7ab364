use fastjwt::Scope;

#[derive(Scope)]
enum Orders {
    ReadAll,
    ReadALL,
}

fn main() {}
