//! The example app by itself, without a server to sign in at.
#![allow(clippy::unwrap_used, reason = "it is a test")]
mod browser;
