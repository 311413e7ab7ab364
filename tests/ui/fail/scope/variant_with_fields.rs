use fastjwt::Scope;

#[derive(Scope)]
enum Orders {
    Read,
    Of(u64),
}

fn main() {}
