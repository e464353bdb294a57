//! Every message is in every catalogue, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::words::{Found, messages, strings};
use crate::language::{Catalogue, Entry, Piece, files, parse, pieces};

/// If this is set, messages that a catalogue does not have are added to it, untranslated: `cargo xtask locales`.
const UPDATE: &str = "POSTERN_UPDATE_LOCALES";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The sources below a folder, but for tests.
fn sources(folder: &str) -> Vec<String> {
    fn collect(folder: &Path, found: &mut Vec<String>) {
        let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" {
                collect(&path, found);
            } else if [".rs", ".html", ".txt"].iter().any(|end| name.ends_with(end)) && name != "tests.rs" {
                let text = fs::read_to_string(&path).unwrap();
                let source = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                found.push(source.to_owned());
            }
        }
    }
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    found
}

/// Where messages are written.
const WITH_MESSAGES: [&str; 5] =
    ["templates", "crates/templating/src", "crates/http/src", "crates/flows/src", "crates/domain/src"];

/// The messages of templates and of what fills them: by their English, with the form for many.
pub(super) fn wanted() -> BTreeMap<String, Option<String>> {
    let mut wanted: BTreeMap<_, _> =
        ["English", "1,000"].into_iter().map(|id| (id.to_owned(), None)).collect();
    for source in WITH_MESSAGES.into_iter().flat_map(sources) {
        for Found { id, many } in messages(&source) {
            let known = wanted.insert(id.clone(), many.clone());
            assert!(known.is_none_or(|known| known == many), "{id:?} is used with and without a number");
        }
    }
    wanted
}

/// Every string there is in the sources: a sentence that is made elsewhere may be translated, too.
fn written() -> BTreeSet<String> {
    let sources = ["templates", "crates"].into_iter().flat_map(sources);
    sources.flat_map(|source| strings(&source)).flat_map(|text| [sentence(&text), text]).collect()
}

/// As a refusal is shown to people.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn untranslated(id: &str, many: Option<&String>) -> String {
    match many {
        Some(many) => {
            format!("\nmsgid {}\nmsgid_plural {}\nmsgstr[0] \"\"\nmsgstr[1] \"\"\n", quoted(id), quoted(many))
        }
        None => format!("\nmsgid {}\nmsgstr \"\"\n", quoted(id)),
    }
}

#[test]
fn catalogues_have_all_messages_and_no_others() {
    let (wanted, written) = (wanted(), written());
    let mut complaints = String::new();
    for (name, text) in files() {
        let entries = parse(&text).unwrap_or_else(|error| panic!("{name}:{}: {}", error.line, error.what));
        let known: BTreeMap<_, _> = entries.iter().map(|entry| (&entry.id, entry)).collect();
        let missing: Vec<_> = wanted.iter().filter(|(id, _)| !known.contains_key(id)).collect();
        let missing: String = missing.into_iter().map(|(id, many)| untranslated(id, many.as_ref())).collect();
        if std::env::var_os(UPDATE).is_some() {
            let path = root().join("locales").join(&name);
            fs::write(path, format!("{}\n{missing}", text.trim_end())).unwrap();
        } else if !missing.is_empty() {
            complaints += &format!("locales/{name} lacks (`cargo xtask locales` adds it):\n{missing}\n");
        }
        for entry in entries.iter().filter(|entry| !entry.id.is_empty()) {
            match wanted.get(&entry.id) {
                Some(many) if *many != entry.plural => {
                    complaints += &format!("locales/{name}: another plural in the source: {:?}\n", entry.id);
                }
                None if !written.contains(&entry.id) => {
                    complaints += &format!("locales/{name}: no longer used: {:?}\n", entry.id);
                }
                _ => {}
            }
        }
    }
    assert!(complaints.is_empty(), "{complaints}");
}

/// The arguments and the tags of a message, in any order.
fn parts(message: &str) -> Vec<String> {
    let arguments = pieces(message).filter_map(|piece| match piece {
        Piece::Argument(name, _) => Some(format!("{{{name}}}")),
        Piece::Words(_) => None,
    });
    let tags = message.split('<').skip(1).filter_map(|rest| Some(format!("<{}>", rest.split_once('>')?.0)));
    let mut parts: Vec<_> = arguments.chain(tags).collect();
    parts.sort();
    parts
}

/// Whether a translation of one of these has what they have. A form for one may leave the number out.
fn fits(entry: &Entry, translation: &str) -> bool {
    let is_counted = |part: &String| entry.plural.is_some() && part == "{count}";
    let without_count =
        |text: &str| parts(text).into_iter().filter(|part| !is_counted(part)).collect::<Vec<_>>();
    without_count(&entry.id) == without_count(translation)
}

#[test]
fn translations_have_the_arguments_and_tags_of_their_message() {
    for (name, text) in files() {
        let catalogue = Catalogue::parse(&text).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(format!("{}.po", catalogue.tag), name);
        let mut ids = BTreeSet::new();
        for entry in parse(&text).unwrap().into_iter().filter(|entry| !entry.id.is_empty()) {
            assert!(ids.insert(entry.id.clone()), "{name}: twice: {:?}", entry.id);
            let count = if entry.plural.is_some() { catalogue.forms() } else { 1 };
            assert_eq!(entry.strings.len(), count, "{name}: {:?}", entry.id);
            for translation in entry.strings.iter().filter(|text| !text.is_empty()) {
                assert!(fits(&entry, translation), "{name}: {:?}: {translation:?}", entry.id);
            }
        }
    }
}
