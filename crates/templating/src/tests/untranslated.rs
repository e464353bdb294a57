//! What is no message shows in a language that has a translation for every message.

use std::collections::BTreeSet;

use serde_json::Value;

use super::catalogues::wanted;
use super::html;
use crate::language::{Catalogue, Entry, files, parse};
use crate::mails::{self, Mail, MailVisitor};
use crate::{Language, Page, Visitor, visit_all};

/// Words that are the same in every language.
const SAME: [&str; 15] = [
    "UTC", "Postern", "Acme", "PKCE", "URL", "GET", "get", "curl", "https", "api", "example", "com", "rest",
    "project", "projects",
];

/// A language in which every letter of a message is another one, but for its arguments and tags.
fn pseudo() -> Language {
    let wanted = wanted().into_iter().map(|(id, plural)| Entry { id, plural, strings: Vec::new() });
    // Sentences that are made elsewhere are in the catalogues alone.
    let known = files().flat_map(|(_, text)| parse(&text).unwrap());
    let entries: Vec<_> = known.chain(wanted).filter(|entry| !entry.id.is_empty()).collect();
    Language::made(Catalogue::made(&entries, widened).unwrap())
}

fn widened(message: &str) -> String {
    let mut inside = None;
    let mut wide = String::new();
    for letter in message.chars() {
        match (inside, letter) {
            (None, '{') => inside = Some('}'),
            (None, '<') => inside = Some('>'),
            (Some(end), letter) if letter == end => inside = None,
            _ => {}
        }
        let is_word = inside.is_none() && letter.is_ascii_alphabetic();
        let shifted = char::from_u32(u32::from(letter) + 0xFEE0).filter(|_| is_word);
        wide.push(shifted.unwrap_or(letter));
    }
    wide
}

/// The values of a page: every text in it but the messages themselves.
fn values(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => found.extend(words(text)),
        Value::Array(items) => items.iter().for_each(|item| values(item, found)),
        Value::Object(fields) => {
            let is_message = fields.contains_key("id")
                && fields.keys().all(|key| ["id", "many", "arguments"].contains(&key.as_str()));
            fields
                .iter()
                .filter(|(key, _)| !is_message || *key == "arguments")
                .for_each(|(_, item)| values(item, found));
        }
        _ => {}
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|letter: char| !letter.is_alphabetic());
    let is_word = |word: &&str| word.len() > 1 && word.is_ascii();
    // Two capital letters are the initials of a name.
    let is_initials = |word: &str| word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    words.filter(is_word).filter(move |word| !is_initials(word)).map(str::to_owned)
}

/// An address, or a line such as `plan=gold`.
fn is_example(part: &str) -> bool {
    part.contains("://") || part.contains(['@', '='])
}

struct Pages {
    language: Language,
    complaints: Vec<String>,
}

impl Visitor for Pages {
    fn visit<P: Page>(&mut self) {
        for (variant, page) in P::samples() {
            let html = page.render_with_values(&self.language).unwrap();
            self.look(&format!("{} {variant}", P::NAME), &known(&page), &html);
        }
    }
}

impl MailVisitor for Pages {
    fn visit<M: Mail>(&mut self) {
        let mail = M::sample();
        let known = known(&mail);
        self.look(M::NAME, &known, &mail.html(self.language).unwrap());
        let text = format!("{} {}", mail.subject(self.language), mail.text(self.language).unwrap());
        self.look_at(M::NAME, &known, &text);
    }
}

fn known(filled: &impl serde::Serialize) -> BTreeSet<String> {
    let mut known: BTreeSet<_> = SAME.into_iter().map(str::to_owned).collect();
    values(&serde_json::to_value(filled).unwrap(), &mut known);
    known
}

impl Pages {
    fn look(&mut self, name: &str, known: &BTreeSet<String>, html: &str) {
        for element in html::read(html).unwrap() {
            let read = ["title", "aria-label", "placeholder", "alt"];
            let attributes = read.iter().filter_map(|key| element.get(key));
            let is_code = ["code", "script", "style"].contains(&element.name.as_str());
            let text = std::iter::once(element.text.as_str()).filter(|_| !is_code);
            text.chain(attributes).for_each(|text| self.look_at(name, known, text));
        }
    }

    fn look_at(&mut self, name: &str, known: &BTreeSet<String>, text: &str) {
        let read = text.split_whitespace().filter(|part| !is_example(part));
        if let Some(word) = read.flat_map(words).find(|word| !known.contains(word)) {
            self.complaints.push(format!("{name}: {word:?} in {text:?}"));
        }
    }
}

#[test]
fn nothing_on_a_page_is_left_in_english() {
    let mut pages = Pages { language: pseudo(), complaints: Vec::new() };
    visit_all(&mut pages);
    mails::visit_all(&mut pages);
    assert!(pages.complaints.is_empty(), "{}", pages.complaints.join("\n"));
}
