use std::error::Error;

use fastjwt::{Algorithm, ClaimNames, ClaimValue, Claims, FastJwt, SigningKey, TokenPayload, claim_value, jwt_claims};

#[jwt_claims]
struct Page<T> {
    entries: Vec<T>,
    first: Option<T>,
}

#[jwt_claims]
struct Pair<A: Clone, B>
where
    A: PartialEq,
    B: ClaimValue,
{
    left: A,
    right: B,
}

#[jwt_claims]
struct Fixed<const N: usize> {
    name: String,
    rows: Rows,
}

type Rows = Vec<Vec<u8>>;

trait Kind {
    type Id: ClaimValue;
    type Part: ClaimNames;
}

struct Staff;

impl Kind for Staff {
    type Id = u64;
    type Part = Part;
}

#[claim_value]
struct Part {
    desk: u8,
}

/// The parameter itself is no claim, and what it names is.
#[jwt_claims]
struct Of<K: Kind> {
    id: K::Id,
    before: Vec<Option<<K as Kind>::Id>>,
    #[serde(flatten)]
    part: K::Part,
}

#[jwt_claims]
struct WithDefault<T = u8> {
    value: T,
}

fn main() -> Result<(), Box<dyn Error>> {
    let page = there_and_back(&Page { entries: vec![1_u8, 2], first: None })?;
    assert_eq!(page.entries, [1, 2]);
    assert_eq!(page.first, None);
    let pair = there_and_back(&Pair { left: 1_u8, right: "right".to_owned() })?;
    assert_eq!((pair.left, pair.right.as_str()), (1, "right"));
    assert_eq!(there_and_back(&Fixed::<3> { name: "three".into(), rows: vec![vec![3]] })?.name, "three");
    assert_eq!(there_and_back(&WithDefault { value: 7_u8 })?.value, 7);
    let of = there_and_back(&Of::<Staff> { id: 7, before: vec![None, Some(6)], part: Part { desk: 5 } })?;
    assert_eq!((of.id, of.before.as_slice(), of.part.desk), (7, [None, Some(6)].as_slice(), 5));
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}
