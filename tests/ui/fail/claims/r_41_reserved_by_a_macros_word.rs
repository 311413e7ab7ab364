use fastjwt::jwt_claims;

macro_rules! profile {
    ($word:meta) => {
        #[jwt_claims]
        struct Profile {
            #[serde($word)]
            subject: String,
        }
    };
}

profile!(rename = "sub");

fn main() {}
