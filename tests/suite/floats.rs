//! A float that JSON has no number for is an error at `sign`, however deep it stands, and never `null`; any other comes back as it was.

use std::collections::{BTreeMap, VecDeque};

use fastjwt::{ClaimMap, claim_value, jwt_claims};
use proptest::prelude::*;

use crate::{
    issuing::refusal,
    support::{cases, jwt},
};

#[claim_value]
struct Nested {
    deep: BTreeMap<String, Vec<Choice>>,
}

#[claim_value]
enum Choice {
    Nothing,
    One(f64),
    Two(u8, Option<f32>),
    Named { ratio: f64 },
}

#[jwt_claims]
#[derive(Default)]
struct Floats {
    plain: f64,
    small: f32,
    maybe: Option<f64>,
    list: Vec<Option<f64>>,
    queue: VecDeque<[f64; 2]>,
    map: BTreeMap<String, f64>,
    pair: (u8, Box<f64>),
    nested: Option<Nested>,
}

impl Floats {
    fn deep(choice: Choice) -> Self {
        let deep = BTreeMap::from([("k".to_owned(), vec![Choice::Nothing, choice])]);
        Self { nested: Some(Nested { deep }), ..Self::default() }
    }
}

#[test]
fn a_float_that_is_no_number_is_an_error_however_deep_and_never_null() {
    let jwt = jwt();
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        #[expect(clippy::cast_possible_truncation, reason = "what is not finite stays so")]
        let small = bad as f32;
        let table = [
            ("plain", Floats { plain: bad, ..Floats::default() }),
            ("small", Floats { small, ..Floats::default() }),
            ("maybe", Floats { maybe: Some(bad), ..Floats::default() }),
            ("list", Floats { list: vec![None, Some(1.0), Some(bad)], ..Floats::default() }),
            ("queue", Floats { queue: VecDeque::from([[0.0, bad]]), ..Floats::default() }),
            ("map", Floats { map: BTreeMap::from([("x".into(), bad)]), ..Floats::default() }),
            ("pair", Floats { pair: (1, Box::new(bad)), ..Floats::default() }),
            ("nested", Floats::deep(Choice::One(bad))),
            ("nested", Floats::deep(Choice::Two(1, Some(small)))),
            ("nested", Floats::deep(Choice::Named { ratio: bad })),
        ];
        for (name, claims) in &table {
            let reason = refusal(jwt.create_access_token("u").claims(claims));
            assert!(reason.contains(&format!("`{name}`")), "{reason}");
        }
        assert!(refusal(jwt.create_access_token("u").claim("x", vec![Some(bad)])).contains("`x`"));
        assert!(refusal(jwt.create_access_token("u").claim("x", small)).contains("`x`"));
    }
    // The numbers at the edge are numbers.
    for good in [f64::MAX, f64::MIN, f64::MIN_POSITIVE, -0.0] {
        let token = jwt
            .create_access_token("u")
            .claims(&Floats { list: vec![None, Some(good)], ..Floats::default() })
            .sign()
            .unwrap();
        assert_eq!(jwt.verify_access_token::<Floats>(token.as_str()).unwrap().list, [None, Some(good)]);
    }
}

#[jwt_claims]
struct Ratio {
    ratio: f64,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(500, 50_000)))]

    #[test]
    fn a_float_comes_back_to_the_bit(bits in any::<u64>()) {
        let ratio = f64::from_bits(bits);
        prop_assume!(ratio.is_finite());
        let token = jwt().create_access_token("u").claims(&Ratio { ratio }).sign().unwrap();
        let typed = jwt().verify_access_token::<Ratio>(token.as_str()).unwrap().ratio;
        let untyped = jwt().verify_access_token::<ClaimMap>(token.as_str()).unwrap();
        prop_assert_eq!([typed.to_bits(), untyped.get("ratio").unwrap().as_f64().unwrap().to_bits()], [bits; 2]);
    }
}
