#[derive(
    crate::tokens::__private::serde::Serialize,
    crate::tokens::__private::serde::Deserialize,
    crate::tokens::__private::CheckClaims
)]
#[serde(crate = "crate :: tokens :: __private :: serde")]
#[claim(__fastjwt(krate(crate::tokens), bounds()))]
struct Profile {
    age: u8,
    #[serde(flatten)]
    #[serde(
        serialize_with = "crate :: tokens :: __private :: ser_flat::<__FastjwtProfile, 1, _>"
    )]
    #[serde(
        deserialize_with = "crate :: tokens :: __private :: de_flat::<__FastjwtProfile, 1, _>"
    )]
    #[claim(__fastjwt = 1usize)]
    person: Person,
    #[serde(flatten)]
    #[serde(
        serialize_with = "crate :: tokens :: __private :: ser_flat::<__FastjwtProfile, 2, _>"
    )]
    #[serde(
        deserialize_with = "crate :: tokens :: __private :: de_flat::<__FastjwtProfile, 2, _>"
    )]
    #[claim(__fastjwt = 2usize)]
    place: Place,
}
#[doc(hidden)]
struct __FastjwtProfile;
#[automatically_derived]
impl crate::tokens::__private::Field<0usize> for __FastjwtProfile {
    type T = u8;
}
#[automatically_derived]
impl crate::tokens::__private::Flat<1usize> for __FastjwtProfile {
    type T = Person;
}
#[automatically_derived]
impl crate::tokens::__private::Flat<2usize> for __FastjwtProfile {
    type T = Place;
}
#[automatically_derived]
impl crate::tokens::__private::ClaimNames for Profile {
    const NAMES: crate::tokens::__private::Names = crate::tokens::__private::Names::new(
        &["age"],
        &[
            <__FastjwtProfile as crate::tokens::__private::Flat<1usize>>::NAMES,
            <__FastjwtProfile as crate::tokens::__private::Flat<2usize>>::NAMES,
        ],
    );
}
#[automatically_derived]
impl crate::tokens::__private::ClaimValue for Profile {}
#[automatically_derived]
impl crate::tokens::__private::Claims for Profile {}
const _: () = {
    _ = crate::tokens::__private::Names::new(
            &["age"],
            &[<__FastjwtProfile as crate::tokens::__private::Flat<1usize>>::NAMES],
        )
        .unreserved()
        .disjoint();
};
const _: () = {
    _ = crate::tokens::__private::Names::new(
            &["age"],
            &[<__FastjwtProfile as crate::tokens::__private::Flat<2usize>>::NAMES],
        )
        .unreserved()
        .disjoint();
    _ = crate::tokens::__private::Names::new(
            &[],
            &[
                <__FastjwtProfile as crate::tokens::__private::Flat<1usize>>::NAMES,
                <__FastjwtProfile as crate::tokens::__private::Flat<2usize>>::NAMES,
            ],
        )
        .disjoint();
};
