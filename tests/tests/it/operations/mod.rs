//! What whoever runs the server needs.

mod health;
mod restarts;
