use fastjwt::TokenPayload;

fn main() {
    let _: TokenPayload = Default::default();
}
