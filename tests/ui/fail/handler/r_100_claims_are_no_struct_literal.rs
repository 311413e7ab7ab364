use fastjwt::{NoClaims, RegisteredClaims, TokenPayload};

fn promoted(payload: TokenPayload) -> RegisteredClaims {
    RegisteredClaims { sub: "admin".into(), ..payload.into_parts().0 }
}

fn main() {
    let _: fn(TokenPayload) -> RegisteredClaims<NoClaims> = promoted;
}
