//! The whole-server test harness.
