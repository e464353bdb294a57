//! The running program, tried from outside. Modules are named like the paths they try; what crosses paths has a
//! module of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

mod browser;
