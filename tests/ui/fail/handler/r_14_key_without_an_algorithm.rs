use fastjwt::SigningKey;

fn main() {
    let _ = SigningKey::from_pem("-----BEGIN PRIVATE KEY-----");
}
