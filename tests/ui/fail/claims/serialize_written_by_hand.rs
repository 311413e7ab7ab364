use fastjwt::jwt_claims;
use serde::{Serialize, Serializer};

#[jwt_claims]
struct Profile {
    name: String,
}

impl Serialize for Profile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.name.serialize(serializer)
    }
}

fn main() {}
