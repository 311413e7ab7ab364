use fastjwt::jwt_claims;

macro_rules! profile {
    ($word:meta) => {
        #[jwt_claims]
        #[serde($word)]
        struct Profile {
            age: u8,
        }
    };
}

profile!(tag = "sub");

fn main() {}
