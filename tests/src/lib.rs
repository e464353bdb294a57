//! The whole-server test harness.

#![allow(clippy::indexing_slicing, clippy::disallowed_methods, reason = "it runs in tests only")]

pub mod chromium;
pub mod postgres;
