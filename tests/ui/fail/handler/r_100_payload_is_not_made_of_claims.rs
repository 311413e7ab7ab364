use fastjwt::{RegisteredClaims, TokenPayload};

fn payload(claims: RegisteredClaims) -> TokenPayload {
    claims.into()
}

fn main() {}
