use fastjwt::{FastJwt, Scope};

#[derive(Scope)]
enum Orders {
    Read,
    Write,
}

fn login(jwt: &FastJwt) {
    let _ = jwt.create_access_token("USER_ID").scopes([Orders::Read, Orders::Delete]);
    let _ = Orders::Write;
}

fn main() {}
