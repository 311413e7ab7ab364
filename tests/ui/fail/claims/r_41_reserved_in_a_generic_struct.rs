use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile<T> {
    #[serde(rename = "scope")]
    value: T,
}

fn main() {}
