use fastjwt::jwt_claims;

macro_rules! profile {
    ($field:ident) => {
        #[jwt_claims]
        struct Profile {
            $field: String,
        }
    };
}

profile!(realm);

fn main() {}
