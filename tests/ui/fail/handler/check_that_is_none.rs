use fastjwt::FastJwt;

struct TenantIsOpen;

fn main() {
    let _ = FastJwt::builder().check::<fastjwt::NoClaims>(TenantIsOpen);
}
