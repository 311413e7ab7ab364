use fastjwt::{Policy, Scope, scopes};

#[derive(Scope)]
enum Orders {
    Read,
    Write,
}

const POLICY: Policy = Policy::access().scopes(scopes!("admin", Orders::Read || Orders::Write));

fn main() {
    let _ = (POLICY, Orders::Read, Orders::Write);
}
