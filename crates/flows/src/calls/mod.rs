//! What the calls of a token tell that were written down: what other limits would say to them, which limits they would take,
//! and why one of them was refused.

mod advice;
mod explain;
mod judge;
mod learn;
mod past;
mod recorded;
mod replay;
mod shapes;

pub use explain::{Explained, Rejudged, Since, explain};
pub use learn::{Learned, LearnedLine, learn};
pub use recorded::{MOST, Recorded, Span};
pub use replay::{Replay, replay};
pub use shapes::{CallShape, Shapes};

#[cfg(test)]
mod tests;
