use fastjwt::jwt_claims;

macro_rules! profile {
    ($word:meta) => {
        macro_rules! inner {
            ($again:meta) => {
                #[jwt_claims]
                #[serde($again)]
                struct Profile {
                    _sub: String,
                }
            };
        }
        inner!($word);
    };
}

profile!(rename_all = "camelCase");

fn main() {}
