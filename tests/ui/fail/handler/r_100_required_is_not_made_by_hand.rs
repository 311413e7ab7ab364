#![expect(dead_code, reason = "it is about what may be written, not called")]

use fastjwt::{ConstPolicy, Policy, Required, TokenPayload};

struct Anything;

impl ConstPolicy for Anything {
    const POLICY: Policy = Policy::any();
}

struct Admin;

impl ConstPolicy for Admin {
    const POLICY: Policy = Policy::fresh();
}

fn promote(payload: Required<Anything>) -> Required<Admin> {
    let payload: TokenPayload = payload.into_payload();
    Required { payload, policy: std::marker::PhantomData }
}

fn main() {}
