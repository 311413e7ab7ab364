#[derive(
    ::fastjwt::__private::serde::Serialize,
    ::fastjwt::__private::serde::Deserialize,
    ::fastjwt::__private::CheckClaims
)]
#[serde(crate = ":: fastjwt :: __private :: serde")]
#[claim(__fastjwt(krate(::fastjwt), bounds(T:::fastjwt::__private::ClaimValue)))]
struct Page<T: Clone, const N: usize>
where
    T: PartialEq,
{
    #[serde(
        serialize_with = ":: fastjwt :: __private :: ser_field::<__FastjwtPage< T , N >, 0, _>"
    )]
    #[serde(
        deserialize_with = ":: fastjwt :: __private :: de_field::<__FastjwtPage< T , N >, 0, _>"
    )]
    #[serde(bound = "T : :: fastjwt :: __private :: ClaimValue")]
    entries: Vec<T>,
    #[serde(
        serialize_with = ":: fastjwt :: __private :: ser_field::<__FastjwtPage< T , N >, 1, _>"
    )]
    #[serde(
        deserialize_with = ":: fastjwt :: __private :: de_field::<__FastjwtPage< T , N >, 1, _>"
    )]
    #[serde(bound = "T : :: fastjwt :: __private :: ClaimValue")]
    #[serde(default = "::core::default::Default::default")]
    next: Option<Box<Self>>,
    number: u64,
}
#[doc(hidden)]
struct __FastjwtPage<T: ?::core::marker::Sized, const N: usize>(
    ::core::marker::PhantomData<*const T>,
);
#[automatically_derived]
impl<T: Clone, const N: usize> ::fastjwt::__private::Field<0usize>
for __FastjwtPage<T, N>
where
    T: PartialEq,
    T: ::fastjwt::__private::ClaimValue,
{
    type T = Vec<T>;
}
#[automatically_derived]
impl<T: Clone, const N: usize> ::fastjwt::__private::Field<1usize>
for __FastjwtPage<T, N>
where
    T: PartialEq,
    T: ::fastjwt::__private::ClaimValue,
{
    type T = Option<Box<Page<T, N>>>;
}
#[automatically_derived]
impl<T: Clone, const N: usize> ::fastjwt::__private::Field<2usize>
for __FastjwtPage<T, N>
where
    T: PartialEq,
    T: ::fastjwt::__private::ClaimValue,
{
    type T = u64;
}
#[automatically_derived]
impl<T: Clone, const N: usize> ::fastjwt::__private::ClaimNames for Page<T, N>
where
    T: PartialEq,
    T: ::fastjwt::__private::ClaimValue,
    Self: ::fastjwt::__private::serde::Serialize
        + ::fastjwt::__private::serde::de::DeserializeOwned,
{
    const NAMES: ::fastjwt::__private::Names = ::fastjwt::__private::Names::new(
        &["entries", "next", "number"],
        &[],
    );
}
#[automatically_derived]
impl<T: Clone, const N: usize> ::fastjwt::__private::ClaimValue for Page<T, N>
where
    T: PartialEq,
    T: ::fastjwt::__private::ClaimValue,
    Self: ::fastjwt::__private::serde::Serialize
        + ::fastjwt::__private::serde::de::DeserializeOwned,
{}
#[automatically_derived]
impl<T: Clone, const N: usize> ::fastjwt::__private::Claims for Page<T, N>
where
    T: PartialEq,
    T: ::fastjwt::__private::ClaimValue,
    Self: ::fastjwt::__private::serde::Serialize
        + ::fastjwt::__private::serde::de::DeserializeOwned,
    T: ::core::marker::Send + ::core::marker::Sync + 'static,
{}
