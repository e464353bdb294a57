//! What whoever runs the server needs.

mod backups;
mod certificate;
mod health;
mod moving;
mod restarts;
