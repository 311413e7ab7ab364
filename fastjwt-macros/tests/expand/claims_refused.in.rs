#[jwt_claims]
#[derive(Clone, serde::Serialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    #[serde(rename = "sub")]
    user: String,
    text: &'static str,
}
