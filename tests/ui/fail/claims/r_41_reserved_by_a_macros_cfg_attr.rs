use fastjwt::jwt_claims;

macro_rules! profile {
    ($inside:meta) => {
        #[jwt_claims]
        struct Profile {
            #[cfg_attr(all(), $inside)]
            subject: String,
        }
    };
}

profile!(serde(rename = "sub"));

fn main() {}
