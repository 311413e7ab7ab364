use fastjwt::TokenPayload;

fn promote(payload: &mut TokenPayload) {
    payload.sub = "admin".into();
}

fn main() {}
