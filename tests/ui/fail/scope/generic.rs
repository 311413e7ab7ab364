//~ 2 errors: neither parameters nor fields belong here, each is told
use fastjwt::Scope;

#[derive(Scope)]
enum Orders<T> {
    Read,
    Write(T),
}

fn main() {}
