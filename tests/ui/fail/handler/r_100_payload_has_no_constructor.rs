use fastjwt::{NoClaims, TokenPayload};

fn main() {
    let _ = TokenPayload::<NoClaims>::new;
}
