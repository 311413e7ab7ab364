use std::{marker::PhantomData, sync::Arc};

use fastjwt::CurrentSubject;

struct User;

fn main() {
    let _: CurrentSubject<User> = CurrentSubject { user: Arc::new(User), realm: PhantomData };
}
