use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload, claim_value, jwt_claims};

#[jwt_claims]
#[derive(Clone, Debug, PartialEq)]
struct Tree {
    name: String,
    children: Vec<Self>,
    parent: Option<Box<Tree>>,
}

#[claim_value]
#[derive(Clone, Debug, PartialEq)]
struct Ping {
    pong: Option<Box<Pong>>,
}

#[claim_value]
#[derive(Clone, Debug, PartialEq)]
enum Pong {
    End,
    Ping(Box<Ping>),
    Both(Vec<Self>),
}

#[claim_value]
struct Node<T> {
    value: T,
    next: Option<Box<Node<T>>>,
}

#[jwt_claims]
struct Chain {
    first: Node<u8>,
    ping: Ping,
}

fn main() -> Result<(), Box<dyn Error>> {
    let leaf = Tree { name: "leaf".into(), children: Vec::new(), parent: None };
    let root = Tree { name: "root".into(), children: vec![leaf.clone(), leaf.clone()], parent: Some(Box::new(leaf)) };
    let read = there_and_back(&root)?;
    assert_eq!((&read.name, &read.children, &read.parent), (&root.name, &root.children, &root.parent));
    let ping = Ping { pong: Some(Box::new(Pong::Both(vec![Pong::End, Pong::Ping(Box::new(Ping { pong: None }))]))) };
    let first = Node { value: 1, next: Some(Box::new(Node { value: 2, next: None })) };
    let chain = there_and_back(&Chain { first, ping: ping.clone() })?;
    assert_eq!(chain.ping, ping);
    assert_eq!(chain.first.next.as_ref().map(|next| (next.value, next.next.is_none())), Some((2, true)));
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}
