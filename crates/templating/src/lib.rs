//! How pages and mails look: one struct per page.
