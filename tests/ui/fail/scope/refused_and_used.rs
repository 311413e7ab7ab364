use fastjwt::Scope;

#[derive(Scope)]
enum Orders {
    Read(u8),
}

#[fastjwt::access_token_required(scopes("admin"))]
async fn orders(payload: fastjwt::TokenPayload) -> String {
    fastjwt::ScopeSet::<Orders>::of(&payload).to_string()
}

fn main() {}
