//! Values as literals: an id or a URI may hold whatever its standard allows.

use url::form_urlencoded::byte_serialize;

/// A literal of the shell.
pub(super) fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A literal of JavaScript, Python and Rust alike: all values are printable ASCII.
pub(super) fn string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

/// A value of a query or of Basic authentication (RFC 6749 section 2.3.1).
pub(super) fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}
