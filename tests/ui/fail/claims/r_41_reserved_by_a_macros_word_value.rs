use fastjwt::jwt_claims;

macro_rules! profile {
    ($word:literal) => {
        #[jwt_claims]
        struct Profile {
            #[serde(rename = $word)]
            subject: String,
        }
    };
}

profile!("sub");

fn main() {}
