use fastjwt::jwt_claims;

type Option<T> = Vec<T>;

#[jwt_claims]
struct Profile {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Option<String>,
}

fn main() {}
