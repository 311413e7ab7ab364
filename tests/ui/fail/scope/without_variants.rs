use fastjwt::Scope;

#[derive(Scope)]
enum Orders {}

fn main() {}
