use fastjwt::jwt_claims;

macro_rules! profile {
    ($word:ident) => {
        #[jwt_claims]
        struct Profile {
            #[serde($word = "sub")]
            subject: String,
        }
    };
}

profile!(rename);

fn main() {}
