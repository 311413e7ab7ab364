/// Who somebody is.
#[jwt_claims]
#[derive(Debug, Clone)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The name.
    pub first_name: String,
    #[serde(rename = "years", alias = "age")]
    age: Option<u8>,
    address: Option<Address>,
    role: Role,
    by_name: HashMap<String, Vec<Role>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
    #[serde(with = "seconds")]
    idle: Duration,
    #[serde(deserialize_with = "trimmed")]
    note: Note,
    #[claim(unchecked)]
    home: PathBuf,
    #[serde(skip)]
    cache: Cache,
    #[cfg(feature = "groups")]
    groups: Groups,
}
