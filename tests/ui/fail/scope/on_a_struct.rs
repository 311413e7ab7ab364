use fastjwt::Scope;

#[derive(Scope)]
struct Orders;

fn main() {}
