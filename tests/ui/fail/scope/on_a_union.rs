use fastjwt::Scope;

#[derive(Scope)]
union Orders {
    read: u8,
}

fn main() {}
