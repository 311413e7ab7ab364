//~ 7 errors: serde gives up on a word that it does not know, and each trait that asks for its impls misses them
use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    #[serde(rename_to = "years")]
    age: u8,
}

fn main() {}
