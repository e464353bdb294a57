//! What a client may register beyond what a usual app needs.

mod check;
mod draft;

pub(super) use check::check;
pub use draft::ProtocolDraft;

#[cfg(test)]
mod tests;
