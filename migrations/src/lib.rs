//! The schema, one file per change, one set for both databases.
