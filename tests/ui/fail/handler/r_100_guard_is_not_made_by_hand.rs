//~ 2 errors: two things that can't be made by hand
use std::marker::PhantomData;

use fastjwt::{
    __private::{Guard, PutThisAttributeFirst},
    access_token_required,
};

#[access_token_required]
async fn secret() -> &'static str {
    "secret"
}

async fn elsewhere() -> &'static str {
    secret(Guard(PutThisAttributeFirst(PhantomData), PhantomData)).await
}

fn main() {}
