// What `#[async_trait]` leaves of a method, written out: the attribute on the `impl` is done when the one on the method begins.
use std::{future::Future, pin::Pin};

use fastjwt::{TokenPayload, access_token_required};

trait Routes {
    fn index<'life0, 'async_trait>(
        &'life0 self,
        payload: TokenPayload,
    ) -> Pin<Box<dyn Future<Output = String> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait;
}

struct Shop;

impl Routes for Shop {
    #[access_token_required]
    fn index<'life0, 'async_trait>(
        &'life0 self,
        payload: TokenPayload,
    ) -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = String> + ::core::marker::Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move { payload.sub.clone() })
    }
}

fn main() {}
