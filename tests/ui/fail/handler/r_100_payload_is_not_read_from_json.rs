use fastjwt::TokenPayload;

fn main() {
    let _ = serde_json::from_str::<TokenPayload>(r#"{"sub":"admin"}"#);
}
