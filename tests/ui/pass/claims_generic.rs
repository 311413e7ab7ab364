use std::error::Error;

use fastjwt::{Algorithm, ClaimValue, Claims, FastJwt, SigningKey, TokenPayload, jwt_claims};

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
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}
