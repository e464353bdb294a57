//! Whatever a field holds stays text.

use serde_json::Value;

use super::html;
use crate::{Page, Visitor, visit_all};

const MARKUP: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;{{ 7 }}";
const SCRIPT: &str = "javascript:alert(1)";

/// Renders every sample with each of its texts replaced by a hostile one.
struct Hostile<F: FnMut(&str, &str)> {
    text: &'static str,
    check: F,
}

impl<F: FnMut(&str, &str)> Visitor for Hostile<F> {
    fn visit<P: Page>(&mut self) {
        for (variant, page) in P::samples() {
            let mut value = serde_json::to_value(&page).unwrap();
            let mut replaced = 0;
            for path in texts(&value, String::new()) {
                let slot = value.pointer_mut(&path).unwrap();
                let before = std::mem::replace(slot, Value::String(self.text.into()));
                // The name of an enum's variant can't be replaced; everything else can.
                if serde_json::from_value::<P>(value.clone()).is_ok() {
                    replaced += 1;
                } else {
                    *value.pointer_mut(&path).unwrap() = before;
                }
            }
            assert!(replaced > 3, "{}: only {replaced} texts", P::NAME);
            let html = serde_json::from_value::<P>(value).unwrap().render().unwrap();
            (self.check)(&format!("{} {variant}", P::NAME), &html);
        }
    }
}

/// JSON pointers of all strings.
fn texts(value: &Value, path: String) -> Vec<String> {
    match value {
        Value::String(_) => vec![path],
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(index, item)| texts(item, format!("{path}/{index}")))
            .collect(),
        Value::Object(fields) => {
            fields.iter().flat_map(|(key, item)| texts(item, format!("{path}/{key}"))).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn markup_stays_text() {
    visit_all(&mut Hostile {
        text: MARKUP,
        check: |name, text| {
            assert!(!text.contains("<script>") && !text.contains("<img src=x"), "{name}");
            let elements = html::read(text).unwrap_or_else(|what| panic!("{name}: {what}"));
            for element in elements {
                let event = element.attributes.iter().find(|(key, _)| key.starts_with("on"));
                assert!(event.is_none(), "{name}: {element:?}");
            }
        },
    });
}

#[test]
fn links_run_no_script() {
    visit_all(&mut Hostile {
        text: SCRIPT,
        check: |name, text| {
            // The form post goes to a redirect URI, whose scheme is checked when it is registered.
            if name.starts_with("form-post") {
                return;
            }
            for element in html::read(text).unwrap_or_else(|what| panic!("{name}: {what}")) {
                for key in ["href", "action", "formaction"] {
                    let runs = element.get(key).is_some_and(|url| url.starts_with("javascript:"));
                    assert!(!runs || element.name == "link", "{name}: {element:?}");
                }
            }
        },
    });
}
