//! Reads the messages out of templates and Rust.

/// A message as it stands in a source.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    pub id: String,
    pub many: Option<String>,
}

/// The functions that make messages, and whether they take a second one for many.
const MAKERS: [(&str, bool); 5] =
    [("t", false), ("tn", true), ("markup", false), ("markup_n", true), ("said", false)];

/// Every `t("…")`, `tn("…", "…", …)`, `markup("…")` and `markup_n("…", "…", …)`.
pub fn messages(source: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for (index, _) in source.match_indices('(') {
        let before = &source[..index];
        let name =
            before.rsplit(|letter: char| !(letter.is_alphanumeric() || letter == '_')).next().unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("").trim_start();
        let Some((_, counts)) = MAKERS.iter().find(|(maker, _)| *maker == name) else { continue };
        if line.starts_with("//") || line.ends_with(&format!("fn {name}")) {
            continue;
        }
        let Some((id, rest)) = string(source[index + 1..].trim_start()) else { continue };
        let many = counts.then(|| string(rest.trim_start().trim_start_matches(',').trim_start()));
        found.push(Found { id, many: many.flatten().map(|(many, _)| many) });
    }
    found
}

/// Every string in quotes.
pub fn strings(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(start) = rest.find('"') {
        rest = match string(&rest[start..]) {
            // A quote as a character is no string.
            Some((text, after)) if !rest[..start].ends_with('\'') => {
                found.push(text);
                after
            }
            _ => &rest[start + 1..],
        };
    }
    found
}

/// The string that this begins with, and what follows it.
fn string(source: &str) -> Option<(String, &str)> {
    let inner = source.strip_prefix('"')?;
    let mut text = String::new();
    let mut letters = inner.char_indices().peekable();
    while let Some((index, letter)) = letters.next() {
        match letter {
            '"' => return Some((text, &inner[index + 1..])),
            '\\' => match letters.next()?.1 {
                'n' => text.push('\n'),
                '\n' => while letters.next_if(|(_, next)| next.is_whitespace()).is_some() {},
                other => text.push(other),
            },
            letter => text.push(letter),
        }
    }
    None
}

#[test]
fn messages_are_found() {
    let source = r#"
        // t("no")
        <p>{{ crate::t("One \"a\"") }}</p> const X: Text = t(
            "Two \
             b",
        ); start("no") tn("{count} day", "{count} days", 3) markup_n(
            "a <b>",
            "c", 2
        ) pub fn t("no")"#;
    let message = |id: &str, many: Option<&str>| Found { id: id.into(), many: many.map(Into::into) };
    assert_eq!(
        messages(source),
        [
            message("One \"a\"", None),
            message("Two b", None),
            message("{count} day", Some("{count} days")),
            message("a <b>", Some("c")),
        ]
    );
    assert_eq!(strings(r#"a("b", '"', "c\n")"#), ["b", "c\n"]);
}
