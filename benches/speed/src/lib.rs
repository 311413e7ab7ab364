//! What the measurements of speed share: the payload, the keys, the libraries that are compared, and the way of timing.

pub mod cases;
pub mod contenders;
pub mod keys;
pub mod load;
pub mod payload;
pub mod plot;
pub mod printed;
pub mod servers;
pub mod table;
pub mod targets;
pub mod timing;
