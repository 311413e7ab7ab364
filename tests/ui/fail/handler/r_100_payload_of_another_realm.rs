use fastjwt::{NoClaims, Realm, TokenPayload};

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

fn for_staff(payload: TokenPayload<NoClaims, Staff>) -> String {
    payload.sub.clone()
}

fn for_customers(payload: TokenPayload) -> String {
    for_staff(payload)
}

fn main() {}
