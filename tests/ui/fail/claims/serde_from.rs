use fastjwt::jwt_claims;

#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Other {
    name: String,
}

impl From<Profile> for Other {
    fn from(profile: Profile) -> Self {
        Self { name: profile.name }
    }
}

impl From<Other> for Profile {
    fn from(other: Other) -> Self {
        Self { name: other.name }
    }
}

#[jwt_claims]
#[derive(Clone)]
#[serde(from = "Other")]
struct Profile {
    name: String,
}

fn main() {}
