#[jwt_claims]
struct Page<T: Clone, const N: usize>
where
    T: PartialEq,
{
    entries: Vec<T>,
    next: Option<Box<Self>>,
    number: u64,
}
