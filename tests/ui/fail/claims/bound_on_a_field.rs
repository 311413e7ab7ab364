use fastjwt::jwt_claims;

#[jwt_claims]
struct Page<T> {
    #[serde(bound = "T: Clone")]
    entries: Vec<T>,
}

fn main() {}
