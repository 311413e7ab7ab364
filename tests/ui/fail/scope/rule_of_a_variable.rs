use fastjwt::{Policy, Scope, scopes};

#[derive(Scope)]
enum Orders {
    Read,
    Write,
}

const POLICY: Policy = Policy::access().scopes(scopes!(scope));

fn main() {
    let _ = (POLICY, Orders::Read, Orders::Write);
}
