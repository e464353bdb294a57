//! The way through a list longer than a page.

use serde::{Deserialize, Serialize};

/// Links to the neighbouring pages of a list; both absent where everything fits on one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pager {
    /// Towards the start of the list.
    pub previous_url: Option<String>,
    /// Towards its end.
    pub next_url: Option<String>,
}

impl Pager {
    /// Whether there is more than this page.
    pub fn is_needed(&self) -> bool {
        self.previous_url.is_some() || self.next_url.is_some()
    }
}
