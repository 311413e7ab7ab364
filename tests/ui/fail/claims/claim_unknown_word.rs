use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[claim(uncheked)]
    home: std::path::PathBuf,
}

fn main() {}
