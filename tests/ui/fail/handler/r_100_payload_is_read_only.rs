use fastjwt::TokenPayload;

fn promote(mut payload: TokenPayload) -> TokenPayload {
    payload.sub = "admin".into();
    payload
}

fn main() {}
