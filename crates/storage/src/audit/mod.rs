//! What is written down of calls and changes, and the chain that shows whether somebody tampered with it.

mod clean;
mod keep;
mod record;
mod row;
mod search;
mod segments;

pub use clean::{clear, clear_rows, delete_segments, due, left_over};
pub use keep::{chain, chained, insert, insert_chained, next_segment, unchained};
pub use record::{Link, Record};
pub use search::{Search, Whose, find, list};
pub use segments::{Cleared, End, Segment, Sort, advance, find_segment, last_segment, open, segments};

#[cfg(test)]
mod tests;
