//! Mails are one line of subject, plain text and a document of HTML, whatever is written in them.

use serde_json::Value;

use super::html;
use crate::Language;
use crate::mails::{Mail, MailVisitor, visit_all};

const HOSTILE: &str = "\r\nBcc: everybody@example.com <script>alert(1)</script>";

/// Calls a function with every mail in every language: as it is, and with each of its texts replaced by a hostile one.
struct Mails<F: FnMut(&str, &str, &str, &str)>(F);

impl<F: FnMut(&str, &str, &str, &str)> MailVisitor for Mails<F> {
    fn visit<M: Mail>(&mut self) {
        let hostile = serde_json::from_value(replaced(serde_json::to_value(M::sample()).unwrap())).unwrap();
        for mail in [M::sample(), hostile] {
            for language in Language::all() {
                let name = format!("{} {}", M::NAME, language.tag());
                let html = mail.html(language).unwrap();
                assert!(html.contains(&format!("<html lang=\"{}\">", language.tag())), "{name}");
                (self.0)(&name, &mail.subject(language), &mail.text(language).unwrap(), &html);
            }
        }
    }
}

fn replaced(value: Value) -> Value {
    match value {
        Value::String(_) => Value::String(HOSTILE.into()),
        Value::Array(items) => items.into_iter().map(replaced).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, item)| (key, replaced(item))).collect(),
        other => other,
    }
}

#[test]
fn mails_are_whole() {
    visit_all(&mut Mails(|name, subject, text, page| {
        assert!(!subject.is_empty() && !subject.contains(char::is_control), "{name}: {subject:?}");
        assert!(
            (text.starts_with("Hello") || !name.ends_with(" en"))
                && text.contains("\n\n--\n")
                && text.matches("\n\n").count() > 3
                && text.lines().count() > 7,
            "{name}: {text}"
        );
        assert!(text.lines().all(|line| line.len() < 998), "{name}");
        let elements = html::read(page).unwrap_or_else(|what| panic!("{name}: {what}"));
        assert!(!page.contains("<script"), "{name}");
        for element in elements {
            assert!(element.get("src").is_none() && element.name != "link", "{name} loads {element:?}");
            let link = element.get("href").unwrap_or("#");
            assert!(link == "#" || link.starts_with("https://"), "{name}: {link}");
        }
    }));
}

#[test]
fn mails_speak_calmly() {
    visit_all(&mut Mails(|name, subject, text, _| {
        if !text.contains(HOSTILE) {
            assert!(!format!("{subject} {text}").contains('!'), "{name}: {text}");
        }
    }));
}
