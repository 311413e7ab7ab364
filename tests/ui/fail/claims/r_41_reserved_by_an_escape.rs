//~ 2 errors: an escape and a raw string, each a name
use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(rename = "s\u{75}b")]
    one: String,
    #[serde(alias = r#"iss"#)]
    two: String,
}

fn main() {}
