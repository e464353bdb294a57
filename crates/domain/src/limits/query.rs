//! The parameters of a query as limits see them: nothing that two programs could read in two ways.

use super::kept::HIDDEN;

/// The decoded parameters of a query.
#[derive(Clone, Debug)]
pub(super) struct Query {
    /// Without a value is one whose value was not kept.
    pairs: Vec<(String, Option<String>)>,
    /// Whether there may be others that were not kept.
    is_part: bool,
}

/// What is found of a parameter.
pub(super) enum Found<'a> {
    /// It is not there.
    Absent,
    /// A parameter that some programs take for this one has another spelling, such as `name[]` or `NAME`.
    Confusing,
    /// Its values, at least one; `None` is one that was not kept.
    Values(Vec<Option<&'a str>>),
}

impl Query {
    /// Reads `a=1&b=2` (WHATWG URL, section 5.1, but strictly).
    ///
    /// # Errors
    /// Says what is not clear in it.
    pub(super) fn parse(query: &str) -> Result<Self, &'static str> {
        Self::read(query, |value| decode(value).map(Some))
    }

    /// Reads what was kept of a query. Values that were not kept are taken for well-formed ones.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub(super) fn kept(query: &str, cut_off: bool) -> Result<Self, &'static str> {
        let whole = match (cut_off, query.rsplit_once('&')) {
            (false, _) => query,
            (true, Some((whole, _))) => whole,
            (true, None) => "",
        };
        let (nameless, named): (Vec<&str>, Vec<&str>) = whole.split('&').partition(|pair| *pair == HIDDEN);
        let read = Self::read(&named.join("&"), |value| match value {
            HIDDEN => Ok(None),
            value => decode(value).map(Some),
        })?;
        Ok(Self { is_part: cut_off || !nameless.is_empty(), ..read })
    }

    fn read(
        query: &str,
        value_of: impl Fn(&str) -> Result<Option<String>, &'static str>,
    ) -> Result<Self, &'static str> {
        if query.contains(';') {
            return Err("it holds a ; that some programs take for &");
        }
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, value_of(value)?))
        });
        let pairs = pairs.collect::<Result<_, &'static str>>()?;
        Ok(Self { pairs, is_part: false })
    }

    /// Whether there may be parameters that were not kept.
    pub(super) const fn is_part(&self) -> bool {
        self.is_part
    }

    /// The names of its parameters.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }

    pub(super) fn find(&self, name: &str) -> Found<'_> {
        let wanted = folded(name);
        let mut values = Vec::new();
        for (known, value) in self.pairs.iter().filter(|(known, _)| folded(known) == wanted) {
            if known != name {
                return Found::Confusing;
            }
            values.push(value.as_deref());
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
