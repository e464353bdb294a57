//! Pages in a real Chromium.

mod example;
mod spa;
