use fastjwt::Scope;

#[derive(Scope)]
enum Orders {
    Löschen,
}

fn main() {}
