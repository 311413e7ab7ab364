use fastjwt::jwt_claims;

macro_rules! profile {
    ($word:meta) => {
        #[jwt_claims]
        struct Profile {
            #[claim($word)]
            age: u8,
        }
    };
}

profile!(uncheckd);

fn main() {}
