use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[claim(unchecked = true)]
    home: std::path::PathBuf,
}

fn main() {}
