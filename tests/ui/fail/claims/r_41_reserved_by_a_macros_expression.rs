use fastjwt::jwt_claims;

macro_rules! profile {
    ($word:expr) => {
        #[jwt_claims]
        struct Profile {
            #[serde(alias = $word)]
            subject: String,
        }
    };
}

profile!("sub");

fn main() {}
