//! Pages in a real Chromium.

mod example;
