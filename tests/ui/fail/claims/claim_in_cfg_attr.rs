use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[cfg_attr(all(), claim(unchecked))]
    home: std::path::PathBuf,
}

fn main() {}
