//! What whoever runs the server needs.

mod backups;
mod certificate;
mod health;
mod keys;
mod moving;
mod restarts;
