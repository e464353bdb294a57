//! Making what the token endpoint hands out, and the codes it is handed out for.

mod code;

pub use code::{NewCode, code};
