use fastjwt::Scope;

#[derive(Scope)]
enum Orders {
    Read { id: u64 },
}

fn main() {}
