//! The way through a list longer than a page.

use serde::{Deserialize, Serialize};

/// Links to the neighbouring pages of a list; both absent where everything fits on one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pager {
    /// Back to the start of the list, from further down.
    pub previous_url: Option<String>,
    /// The next part of it.
    pub next_url: Option<String>,
}

impl Pager {
    /// Whether there is more than this page.
    pub fn is_needed(&self) -> bool {
        self.previous_url.is_some() || self.next_url.is_some()
    }
}
