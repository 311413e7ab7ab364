use std::collections::BTreeMap;

use fastjwt::jwt_claims;

macro_rules! profile {
    ($word:meta) => {
        #[jwt_claims]
        struct Profile {
            age: u8,
            #[serde($word)]
            others: BTreeMap<String, u8>,
        }
    };
}

profile!(flatten);

fn main() {}
