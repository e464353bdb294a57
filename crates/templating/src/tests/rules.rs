//! Rules of HTML, of accessibility and of the Content-Security-Policy.

use std::collections::HashSet;

use super::{every_sample, html};
use crate::assets;

/// Runs a check over the elements of every sample and fails with all complaints at once.
fn hold(check: impl Fn(&[html::Element]) -> Vec<String>) {
    let mut complaints = Vec::new();
    every_sample(|name, text| match html::read(text) {
        Ok(elements) => complaints.extend(check(&elements).into_iter().map(|what| format!("{name}: {what}"))),
        Err(what) => complaints.push(format!("{name}: {what}")),
    });
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn count(elements: &[html::Element], name: &str) -> usize {
    elements.iter().filter(|element| element.name == name).count()
}

fn is_inside(elements: &[html::Element], index: usize, outer: usize) -> bool {
    std::iter::successors(elements[index].parent, |at| elements[*at].parent).any(|at| at == outer)
}

/// The text of an element with all that is inside.
fn whole_text(elements: &[html::Element], outer: usize) -> String {
    let inner = (0..elements.len()).filter(|at| is_inside(elements, *at, outer));
    std::iter::once(outer).chain(inner).map(|at| elements[at].text.trim()).collect()
}

#[test]
fn pages_are_documents() {
    hold(|elements| {
        let mut wrong = Vec::new();
        for name in ["html", "head", "body", "title", "h1", "main"] {
            if count(elements, name) != 1 {
                wrong.push(format!("{} of <{name}>", count(elements, name)));
            }
        }
        let title = elements.iter().find(|element| element.name == "title").map(|title| title.text.as_str());
        if title.is_none_or(|title| title.trim_start().starts_with('·') || !title.contains(" · ")) {
            wrong.push(format!("title {title:?}"));
        }
        wrong
    });
}

#[test]
fn nothing_is_inline() {
    hold(|elements| {
        let mut wrong = Vec::new();
        for element in elements {
            let inline = element.attributes.iter().any(|(key, _)| key == "style" || key.starts_with("on"));
            let script =
                element.name == "script" && (element.get("src").is_none() || !element.text.is_empty());
            if inline || script || element.name == "style" {
                wrong.push(format!("{element:?}"));
            }
            for key in ["src", "href"] {
                let Some(url) = element.get(key) else { continue };
                if ["script", "img", "link", "use"].contains(&element.name.as_str()) && !is_served(url) {
                    wrong.push(format!("{url} is not served"));
                }
            }
        }
        wrong
    });
}

/// Whether the address is a fingerprinted asset or an accent, and the symbol in it exists; or the one script whose address
/// pages of others know.
fn is_served(url: &str) -> bool {
    if url == "/session-api.js" {
        return true;
    }
    let (path, symbol) = url.split_once('#').unwrap_or((url, ""));
    let Some(asset) = path.strip_prefix(assets::PREFIX).and_then(assets::asset) else { return false };
    let text = String::from_utf8_lossy(&asset.bytes).into_owned();
    (asset.immutable || path.contains("/accent-"))
        && (symbol.is_empty() || text.contains(&format!("<symbol id=\"{symbol}\"")))
}

#[test]
fn ids_are_unique_and_what_refers_to_them_finds_them() {
    hold(|elements| {
        let mut wrong = Vec::new();
        let mut ids = HashSet::new();
        for id in elements.iter().filter_map(|element| element.get("id")) {
            if !ids.insert(id) {
                wrong.push(format!("id {id} twice"));
            }
        }
        for element in elements {
            let keys = ["for", "aria-describedby", "aria-labelledby", "popovertarget", "data-strength"];
            let named = keys.iter().filter_map(|key| element.get(key)).flat_map(str::split_whitespace);
            let linked = element.get("href").and_then(|href| href.strip_prefix('#'));
            for id in named.chain(linked).filter(|id| !ids.contains(id)) {
                wrong.push(format!("nothing has the id {id}"));
            }
        }
        wrong
    });
}

#[test]
fn everything_to_use_has_a_name() {
    hold(|elements| {
        let labels: HashSet<_> = elements.iter().filter_map(|element| element.get("for")).collect();
        let mut wrong = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let is_named = element.get("aria-label").is_some_and(|label| !label.is_empty())
                || match element.name.as_str() {
                    "input" if element.get("type") == Some("hidden") => true,
                    "input" | "select" | "textarea" => {
                        element.get("id").is_some_and(|id| labels.contains(id))
                    }
                    "button" | "a" | "label" | "legend" => !whole_text(elements, index).is_empty(),
                    "img" => element.get("alt").is_some(),
                    "nav" | "fieldset" => element.name == "fieldset",
                    _ => true,
                };
            if !is_named {
                wrong.push(format!("no name: {element:?}"));
            }
        }
        wrong
    });
}

#[test]
fn forms_to_this_server_carry_the_token_and_others_do_not() {
    hold(|elements| {
        let mut wrong = Vec::new();
        for (index, form) in elements.iter().enumerate().filter(|(_, element)| element.name == "form") {
            let tokens = elements
                .iter()
                .enumerate()
                .filter(|(at, field)| {
                    field.get("name") == Some("form_token") && is_inside(elements, *at, index)
                })
                .count();
            let is_own = form.get("action").is_some_and(|action| action.starts_with('/'));
            // A search is a GET: its fields stay in the address, where no token belongs.
            let is_search = form.get("method") == Some("get") && form.get("role") == Some("search");
            let is_post = form.get("method") == Some("post");
            if !(is_post || is_search && is_own) || tokens != usize::from(is_own && is_post) {
                wrong.push(format!("{form:?} has {tokens} tokens"));
            }
        }
        wrong
    });
}

#[test]
fn passwords_are_not_written_into_pages() {
    hold(|elements| {
        elements
            .iter()
            .filter(|field| field.get("type") == Some("password") && field.get("value").is_some())
            .map(|field| format!("{field:?}"))
            .collect()
    });
}

#[test]
fn pages_speak_calmly() {
    hold(|elements| {
        let visible = elements.iter().filter(|element| !["script", "title"].contains(&element.name.as_str()));
        visible
            .filter(|element| {
                let text = element.text.to_lowercase();
                element.name != "code"
                    && ["!", "sorry", "oops", "please", "log in", "login"]
                        .iter()
                        .any(|word| text.contains(word))
            })
            .map(|element| format!("says {:?}", element.text))
            .collect()
    });
}
