//! The guard: asked directly, as a reverse proxy, and behind nginx and Caddy, with an upstream that echoes.

mod acting;
mod asked;
mod examples;
mod identity_token;
mod learning;
mod proxy;
mod reverse_proxies;
mod scene;
mod spellings;
mod upstream;
mod withdrawal;
