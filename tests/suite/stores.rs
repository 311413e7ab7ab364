//! The stores of sessions: every one is held to the same rules, and to what only a real server can show.

mod bounds;
mod durable;
mod faults;
mod late;
mod model;
mod patience;
mod place;
mod race;
mod rules;
mod servers;
mod silence;

pub use self::{
    place::{Place, Where},
    servers::{QUICK, Server},
};
