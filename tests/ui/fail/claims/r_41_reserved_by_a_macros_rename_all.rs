use fastjwt::jwt_claims;

macro_rules! profile {
    ($word:meta) => {
        macro_rules! inner {
            ($again:meta) => {
                #[jwt_claims]
                #[serde($again)]
                struct Profile {
                    SUB: String,
                }
            };
        }
        inner!($word);
    };
}

profile!(rename_all = "lowercase");

fn main() {}
