//! The tightest limits that let pass what was seen.

mod filters;
mod forest;
mod proposal;
mod segment;
mod shape;
mod tree;

pub use proposal::{Proposal, ProposedLine, Seen, propose};
pub use shape::{shape, shape_key};

#[cfg(test)]
mod tests;
