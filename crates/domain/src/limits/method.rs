use std::fmt;

/// The methods that limits can name: those of RFC 9110, PATCH (RFC 5789), and those of WebDAV and its relatives that
/// are registered.
const REGISTERED: [&str; 27] = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "QUERY",
    "ACL",
    "CHECKIN",
    "CHECKOUT",
    "COPY",
    "LINK",
    "LOCK",
    "MERGE",
    "MKCALENDAR",
    "MKCOL",
    "MOVE",
    "PROPFIND",
    "PROPPATCH",
    "REPORT",
    "SEARCH",
    "UNLINK",
    "UNLOCK",
    "UPDATE",
];

/// The method of a request, in capitals (RFC 9110 section 9). Limits take it in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Method(&'static str);

impl Method {
    /// The registered method of this name; `None` if there is none, and no limit allows those.
    pub fn parse(name: &str) -> Option<Self> {
        REGISTERED.into_iter().find(|known| known.eq_ignore_ascii_case(name)).map(Self)
    }

    /// Its name, in capitals.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
