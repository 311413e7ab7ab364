use fastjwt::jwt_claims;

macro_rules! profile {
    ($attribute:meta) => {
        #[jwt_claims]
        struct Profile {
            #[$attribute]
            subject: String,
        }
    };
}

profile!(serde(rename = "sub"));

fn main() {}
