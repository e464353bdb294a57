//! The whole-server test harness: it starts the real program, and its actors speak to it over HTTP only.
//!
//! A failed expectation of the harness is a failed test, so it panics where other crates answer errors.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation of the harness is a failed test"
)]

pub mod chromium;

mod address;
mod answer;
mod authorization;
mod browser;
mod client;
mod database;
mod demo;
mod form;
mod html;
mod instance;
mod known_headers;
mod macros;
mod person;
mod process;
mod raw;
mod registration;
mod request;
mod secrets;
mod shared;
mod watchdog;
mod wire;

pub use address::{free_port, unique};
pub use answer::Answer;
pub use authorization::{Authorization, Callback};
pub use browser::Browser;
pub use client::{ClientAuth, OAuthClient, Tokens};
pub use database::{Database, Engine};
pub use demo::Demo;
pub use form::Form;
pub use html::{Document, Element};
pub use instance::{CommandResult, Instance};
pub use person::Person;
pub use raw::RawConnection;
pub use registration::Registration;
pub use request::Request;
pub use secrets::Secrets;
pub use shared::shared;
pub use wire::Wire;
