use std::borrow::Cow;

/// An entry of a catalogue in gettext's PO format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// `msgid`; empty for the header.
    pub(crate) id: String,
    /// `msgid_plural`
    pub(crate) plural: Option<String>,
    /// `msgstr`, or `msgstr[0]` and so on.
    pub(crate) strings: Vec<String>,
}

/// What is wrong with a catalogue, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PoError {
    /// The line, counted from one.
    pub(crate) line: usize,
    /// What was expected there.
    pub(crate) what: Cow<'static, str>,
}

/// The string that a continued line belongs to.
enum Slot {
    Id,
    Plural,
    String,
}

/// Reads a catalogue: entries of `msgid`, `msgid_plural` and `msgstr`, their strings over several lines if need be, and
/// comments. `msgctxt` is not read: a word that means two things is two words of English here.
pub(crate) fn parse(text: &str) -> Result<Vec<Entry>, PoError> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut slot = None;
    for (index, line) in text.lines().enumerate() {
        let wrong = |what: &'static str| PoError { line: index + 1, what: what.into() };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            slot = None;
            continue;
        }
        let (keyword, quoted) = line.split_at(line.find('"').ok_or_else(|| wrong("expected a \"string\""))?);
        let value = unquoted(quoted).ok_or_else(|| {
            wrong("the string is not closed, or has an escape unlike \\n, \\t, \\\" and \\\\")
        })?;
        if keyword.trim() == "msgid" {
            entries.push(Entry { id: value, plural: None, strings: Vec::new() });
            slot = Some(Slot::Id);
            continue;
        }
        let entry = entries.last_mut().ok_or_else(|| wrong("an entry begins with msgid"))?;
        match (keyword.trim(), &slot) {
            ("", Some(slot)) => {
                entry.slot(slot).ok_or_else(|| wrong("nothing to continue"))?.push_str(&value)
            }
            ("msgid_plural", Some(Slot::Id)) => {
                entry.plural = Some(value);
                slot = Some(Slot::Plural);
            }
            (keyword, Some(_)) if keyword == entry.next_string() => {
                entry.strings.push(value);
                slot = Some(Slot::String);
            }
            _ => return Err(wrong("expected msgid, msgid_plural, msgstr or msgstr[N] in its order")),
        }
    }
    Ok(entries)
}

impl Entry {
    fn slot(&mut self, slot: &Slot) -> Option<&mut String> {
        match slot {
            Slot::Id => Some(&mut self.id),
            Slot::Plural => self.plural.as_mut(),
            Slot::String => self.strings.last_mut(),
        }
    }

    /// The keyword of the next translation.
    fn next_string(&self) -> String {
        match (&self.plural, self.strings.len()) {
            (None, 0) => "msgstr".to_owned(),
            (None, _) => String::new(),
            (Some(_), count) => format!("msgstr[{count}]"),
        }
    }
}

fn unquoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut value = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        value.push(match letter {
            '"' => return None,
            '\\' => match letters.next()? {
                'n' => '\n',
                't' => '\t',
                same @ ('"' | '\\') => same,
                _ => return None,
            },
            letter => letter,
        });
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, plural: Option<&str>, strings: &[&str]) -> Entry {
        let strings = strings.iter().map(|text| (*text).to_owned()).collect();
        Entry { id: id.into(), plural: plural.map(Into::into), strings }
    }

    #[test]
    fn entries_are_read() {
        let text = "# Words\nmsgid \"\"\nmsgstr \"\"\n\"Language: de\\n\"\n\n#: a.html\nmsgid \"a \\\"b\\\" \"\n\"c\"\nmsgstr \"d\"\n\
                    msgid \"{count} day\"\nmsgid_plural \"{count} days\"\nmsgstr[0] \"Tag\"\nmsgstr[1] \"Tage\"\n";
        assert_eq!(
            parse(text).unwrap(),
            [
                entry("", None, &["Language: de\n"]),
                entry("a \"b\" c", None, &["d"]),
                entry("{count} day", Some("{count} days"), &["Tag", "Tage"]),
            ]
        );
    }

    #[test]
    fn mistakes_are_found_with_their_line() {
        for (text, line) in [
            ("msgstr \"a\"", 1),
            ("msgid \"a\"\nmsgid_plural \"b\"\nmsgstr \"c\"", 3),
            ("msgid \"a\"\nmsgstr \"b\"\nmsgstr \"c\"", 3),
            ("msgid \"a\nmsgstr \"b\"", 1),
            ("msgid \"a\"\nmsgstr \"\\q\"", 2),
            ("\n\"a\"", 2),
            ("msgctxt \"a\"\nmsgid \"b\"", 1),
            ("msgid a", 1),
        ] {
            assert_eq!(parse(text).unwrap_err().line, line, "{text}");
        }
    }
}
