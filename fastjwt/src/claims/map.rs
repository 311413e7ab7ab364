//! `ClaimMap`: extra claims without a type.

use std::{fmt, ops::Deref};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::{ClaimNames, Claims, Names};

/// Extra claims as the token has them, by name; for services that do not know them beforehand.
///
/// It holds no reserved name. A token that names a claim twice, at any depth, is refused.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use fastjwt::{ClaimMap, FastJwt, SigningKey};
///
/// let jwt = FastJwt::builder().key(SigningKey::generate(fastjwt::Algorithm::ES256)?).build()?;
/// let token = jwt.create_access_token("USER_ID").claim("tenant", "blue").sign()?;
///
/// let payload = jwt.verify_access_token::<ClaimMap>(token.as_str())?;
/// assert_eq!(payload.extra.get("tenant").and_then(|tenant| tenant.as_str()), Some("blue"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ClaimMap(Map<String, Value>);

impl ClaimMap {
    /// The claims as a map of their own.
    #[must_use]
    pub fn into_inner(self) -> Map<String, Value> {
        self.0
    }
}

impl Deref for ClaimMap {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl From<Map<String, Value>> for ClaimMap {
    fn from(map: Map<String, Value>) -> Self {
        Self(map)
    }
}

/// Shows the names; the values may be anything that a service trusts its tokens with.
impl fmt::Debug for ClaimMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<'de> Deserialize<'de> for ClaimMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self)
    }
}

impl ClaimNames for ClaimMap {
    const NAMES: Names = Names::open();
}

impl Claims for ClaimMap {}
