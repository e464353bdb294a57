//! The parameters of a query as limits see them: nothing that two programs could read in two ways.

/// The decoded parameters of a query.
pub(super) struct Query(Vec<(String, String)>);

/// What is found of a parameter.
pub(super) enum Found<'a> {
    /// It is not there.
    Absent,
    /// A parameter that some programs take for this one has another spelling, such as `name[]` or `NAME`.
    Confusing,
    /// Its values, at least one.
    Values(Vec<&'a str>),
}

impl Query {
    /// Reads `a=1&b=2` (WHATWG URL, section 5.1, but strictly).
    ///
    /// # Errors
    /// Says what is not clear in it.
    pub(super) fn parse(query: &str) -> Result<Self, &'static str> {
        if query.contains(';') {
            return Err("it holds a ; that some programs take for &");
        }
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        });
        pairs.collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn find(&self, name: &str) -> Found<'_> {
        let wanted = folded(name);
        let mut values = Vec::new();
        for (known, value) in self.0.iter().filter(|(known, _)| folded(known) == wanted) {
            if known != name {
                return Found::Confusing;
            }
            values.push(value.as_str());
        }
        if values.is_empty() { Found::Absent } else { Found::Values(values) }
    }
}

/// What a name is to the most careless reader: no case, no index in brackets, no space around it, `.` and ` ` as `_`.
fn folded(name: &str) -> String {
    let stem = match name.trim().split_once('[') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name.trim(),
    };
    stem.to_lowercase().replace(['.', ' '], "_")
}

fn decode(text: &str) -> Result<String, &'static str> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => super::url::escaped_byte(&mut rest).ok_or("an escape in it is malformed")?,
            ..=b' ' | 0x7f.. => return Err("it holds a character that has to be escaped"),
            plain => plain,
        });
    }
    if bytes.contains(&0) {
        return Err("it holds the character NUL");
    }
    String::from_utf8(bytes).map_err(|_| "what is escaped in it is not UTF-8")
}
