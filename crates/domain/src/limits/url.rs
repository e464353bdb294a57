use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Longest URL that is judged, in bytes, its query included.
const LONGEST: usize = 8 * 1024;

/// The URL of a request in its normal form (RFC 3986 section 6.2.2): `scheme://host[:port]/path`, scheme and host in
/// lower case, no default port, no escape that was not needed and the others in capitals. What two programs could take
/// for two different addresses has none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestUrl {
    text: String,
    origin: usize,
    query: Option<String>,
}

/// Why the URL of a request can't be read in exactly one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the URL of the request can't be judged: {0}")]
pub struct UrlError(&'static str);

impl RequestUrl {
    /// The URL of a request for `target` (a path with or without a query, RFC 9112 section 3.2.1) to `host`.
    ///
    /// # Errors
    /// [`UrlError`] says what is not clear in it.
    pub fn new(scheme: &str, host: &str, target: &str) -> Result<Self, UrlError> {
        if scheme.len() + host.len() + target.len() > LONGEST {
            return Err(UrlError("it is longer than 8 kB"));
        }
        let (scheme, default_port) = match scheme.to_ascii_lowercase().as_str() {
            "http" | "ws" => ("http", 80),
            "https" | "wss" => ("https", 443),
            _ => return Err(UrlError("its scheme is neither http nor https")),
        };
        let (name, port) = host_and_port(host)?;
        let mut text = format!("{scheme}://{name}");
        if let Some(port) = port.filter(|port| *port != default_port) {
            text.push_str(&format!(":{port}"));
        }
        let origin = text.len();
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        push_path(&mut text, path)?;
        if query
            .is_some_and(|query| query.contains('#') || !query.bytes().all(|byte| byte.is_ascii_graphic()))
        {
            return Err(UrlError("its query holds a character that has to be escaped"));
        }
        Ok(Self { text, origin, query: query.map(str::to_owned) })
    }

    /// A whole URL as somebody typed it, such as one to try a limit with.
    ///
    /// # Errors
    /// [`UrlError`] says what is not clear in it.
    pub fn parse(url: &str) -> Result<Self, UrlError> {
        let (scheme, rest) =
            url.split_once("://").ok_or(UrlError("it does not begin with http:// or https://"))?;
        let path = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, target) = rest.split_at(path);
        match target.starts_with('/') {
            true => Self::new(scheme, host, target),
            false => Self::new(scheme, host, &format!("/{target}")),
        }
    }

    /// `scheme://host[:port]/path`: what limits are matched with.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The path alone.
    pub fn path(&self) -> &str {
        self.text.get(self.origin..).unwrap_or_default()
    }

    /// `scheme://host[:port]` alone.
    pub fn origin(&self) -> &str {
        self.text.get(..self.origin).unwrap_or_default()
    }

    /// `host[:port]` alone.
    pub fn authority(&self) -> &str {
        self.origin().split_once("://").map_or("", |(_, authority)| authority)
    }

    /// The query as it was sent.
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }
}

impl fmt::Display for RequestUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn host_and_port(host: &str) -> Result<(String, Option<u16>), UrlError> {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']').ok_or(UrlError("its host is malformed"))?;
            let address: Ipv6Addr = address.parse().map_err(|_| UrlError("its host is malformed"))?;
            (
                format!("[{address}]"),
                if port.is_empty() { None } else { Some(port.strip_prefix(':').unwrap_or("")) },
            )
        }
        None => {
            let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
            (host_name(name)?, port)
        }
    };
    let port = port
        .map(|port| {
            let plain = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
            port.parse::<u16>().ok().filter(|_| plain).ok_or(UrlError("its port is malformed"))
        })
        .transpose()?;
    Ok((name, port))
}

fn host_name(name: &str) -> Result<String, UrlError> {
    let name = name.to_ascii_lowercase();
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() < 64
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if name.len() > 253 || !name.split('.').all(is_label) {
        return Err(UrlError("its host is malformed"));
    }
    // What ends in a number is an address to some programs: then it has to be written as one.
    let last = name.rsplit('.').next().unwrap_or_default();
    let numeric = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    if numeric && name.parse::<Ipv4Addr>().is_err() {
        return Err(UrlError("its host is malformed"));
    }
    Ok(name)
}

fn push_path(text: &mut String, path: &str) -> Result<(), UrlError> {
    if !path.starts_with('/') {
        return Err(UrlError("it has no path"));
    }
    for segment in path.split('/').skip(1) {
        if matches!(segment, "." | "..") {
            return Err(UrlError("its path holds . or .. as a segment"));
        }
    }
    if path.contains("//") {
        return Err(UrlError("its path holds //"));
    }
    let mut escaped_text = Vec::new();
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let escaped =
                    escaped_byte(&mut bytes).ok_or(UrlError("an escape in its path is malformed"))?;
                push_escaped(text, escaped)?;
                escaped_text.push(escaped);
            }
            b'/' | b':' | b'@' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b'=' => {
                text.push(char::from(byte));
                escaped_text.push(byte);
            }
            byte if is_unreserved(byte) => {
                text.push(char::from(byte));
                escaped_text.push(byte);
            }
            b';' | b'\\' => {
                return Err(UrlError(
                    "its path holds ; or a backslash, which programs read in different ways",
                ));
            }
            _ => return Err(UrlError("its path holds a character that has to be escaped")),
        }
    }
    match std::str::from_utf8(&escaped_text) {
        Ok(_) => Ok(()),
        Err(_) => Err(UrlError("what is escaped in its path is not UTF-8")),
    }
}

fn push_escaped(text: &mut String, byte: u8) -> Result<(), UrlError> {
    match byte {
        b'/' | b'.' | b'%' | b'\\' | b';' | b'?' | b'#' | ..=b' ' | 0x7f => Err(UrlError(
            "its path holds an escaped slash, dot, percent sign, space or the like, which programs read in different ways",
        )),
        byte if is_unreserved(byte) => {
            text.push(char::from(byte));
            Ok(())
        }
        byte => {
            text.push_str(&format!("%{byte:02X}"));
            Ok(())
        }
    }
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// The byte that the two digits after a `%` stand for.
pub(super) fn escaped_byte(rest: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
    let (high, low) = (digit()?, digit()?);
    u8::try_from(high * 16 + low).ok()
}
