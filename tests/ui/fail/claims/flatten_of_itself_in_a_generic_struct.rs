use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile<T> {
    value: T,
    #[serde(flatten)]
    parent: Box<Profile<T>>,
}

fn main() {}
