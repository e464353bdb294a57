//! The running program, tried from outside. Modules are named like the paths they try; what crosses paths has a
//! module of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

mod accounts;
mod branding;
mod browser;
mod commands;
mod crash;
mod developer;
mod guard;
mod guesses;
mod headers;
mod languages;
mod limits;
mod login;
mod nodes;
mod operations;
mod pages;
mod passkeys;
mod recover;
mod register;
mod relying_party;
mod roads;
mod scene;
mod second_factor_required;
mod second_step;
mod settings;
mod signing_out;
mod sizes;
mod snapshots;
mod step_up;
mod story;
mod sweep;
mod teams;
mod upstream;
mod v1;
mod waiting;
