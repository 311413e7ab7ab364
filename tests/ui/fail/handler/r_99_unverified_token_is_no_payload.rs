use fastjwt::{NoClaims, TokenPayload, danger::UnverifiedToken};

fn payload(token: UnverifiedToken<NoClaims>) -> TokenPayload {
    token
}

fn main() {}
