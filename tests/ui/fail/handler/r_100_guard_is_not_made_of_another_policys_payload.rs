use std::marker::PhantomData;

use fastjwt::{TokenPayload, access_token_required, fresh_token_required};

#[fresh_token_required]
async fn danger_zone(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[access_token_required]
async fn handler(payload: TokenPayload) -> String {
    danger_zone(fastjwt::__private::Guard(payload, PhantomData)).await
}

fn main() {}
