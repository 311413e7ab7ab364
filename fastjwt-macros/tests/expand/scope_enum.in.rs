#[derive(Scope)]
#[scope(prefix = "shop.orders")]
pub enum Orders {
    Read,
    WriteOwn = 7,
    #[scope(name = "orders:*")]
    All,
}
