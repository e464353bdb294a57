//! What whoever runs the server needs.

mod backups;
mod health;
mod moving;
mod restarts;
