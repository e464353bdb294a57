use url::form_urlencoded;

use crate::Document;
use crate::html::{Tag, Token};

/// A form of a page, as somebody without JavaScript fills it.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it goes.
    pub action: String,
    /// Whether it is sent by POST.
    pub is_post: bool,
    /// Whether it is sent as `multipart/form-data`.
    pub is_multipart: bool,
    controls: Vec<Control>,
}

#[derive(Clone, Debug, Default)]
struct Control {
    id: String,
    name: String,
    label: String,
    value: String,
    kind: Kind,
    /// Whether it is sent: boxes and radio buttons only when they are ticked, buttons only when they are pressed.
    sent: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Kind {
    #[default]
    Text,
    Box,
    Radio,
    Button,
    Option,
}

impl Form {
    pub(crate) fn find(document: &Document, wanted: &str) -> Option<Self> {
        let forms = Self::all(document);
        let by_action = forms.iter().find(|form| form.action == wanted);
        by_action.or_else(|| forms.iter().find(|form| form.button(wanted).is_some())).cloned()
    }

    /// Every form of a page.
    pub fn all(document: &Document) -> Vec<Self> {
        let mut forms: Vec<(String, Self)> = Vec::new();
        let mut open = None;
        for (at, token) in document.0.iter().enumerate() {
            match token {
                Token::Start(tag) if tag.name == "form" => {
                    let id = tag.attribute("id").unwrap_or_default().to_owned();
                    forms.push((id, Self::begin(tag)));
                    open = Some(forms.len() - 1);
                }
                Token::End(name) if name == "form" => open = None,
                Token::Start(tag) => {
                    let Some(control) = Control::read(document, at, tag) else { continue };
                    let named = tag.attribute("form");
                    let of = named.and_then(|id| forms.iter().position(|(known, _)| known == id)).or(open);
                    if let Some(of) = of {
                        forms[of].1.controls.push(control);
                    }
                }
                _ => {}
            }
        }
        forms.into_iter().map(|(_, form)| form).collect()
    }

    fn begin(tag: &Tag) -> Self {
        let is = |name: &str, value: &str| {
            tag.attribute(name).is_some_and(|found| found.eq_ignore_ascii_case(value))
        };
        Self {
            action: tag.attribute("action").unwrap_or_default().to_owned(),
            is_post: is("method", "post"),
            is_multipart: is("enctype", "multipart/form-data"),
            controls: Vec::new(),
        }
    }

    /// Types into the field of that label or name; of a select or of radio buttons, chooses what has that value.
    ///
    /// # Panics
    /// If there is no such field or choice.
    #[must_use]
    pub fn fill(mut self, field: &str, value: &str) -> Self {
        let at = self.position(field).unwrap_or_else(|| panic!("no field {field:?} in {self:?}"));
        let (name, kind) = (self.controls[at].name.clone(), self.controls[at].kind);
        if matches!(kind, Kind::Radio | Kind::Option) {
            let same = self.controls.iter_mut().filter(|control| control.name == name);
            let mut chosen = false;
            for control in same {
                control.sent = control.value == value;
                chosen |= control.sent;
            }
            assert!(chosen, "{field:?} has no choice {value:?}");
        } else {
            value.clone_into(&mut self.controls[at].value);
        }
        self
    }

    /// Ticks or clears the box of that label, or of that name or name and value (`scope=email`).
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn tick(mut self, field: &str, ticked: bool) -> Self {
        let pair = |control: &Control| format!("{}={}", control.name, control.value) == field;
        let boxes = self.controls.iter().position(|control| control.kind == Kind::Box && pair(control));
        let at = boxes.or_else(|| self.position(field));
        let at = at.unwrap_or_else(|| panic!("no box {field:?} in {self:?}"));
        assert_eq!(self.controls[at].kind, Kind::Box, "{field} is no box");
        self.controls[at].sent = ticked;
        self
    }

    /// Presses the button of that label, id or value.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn press(mut self, button: &str) -> Self {
        let at = self.button(button).unwrap_or_else(|| panic!("no button {button:?} in {self:?}"));
        self.controls[at].sent = true;
        self
    }

    /// The form once for each of its buttons, that button pressed; as it is if it has none.
    pub fn by_each_button(&self) -> Vec<Self> {
        let buttons = self.controls.iter().enumerate().filter(|(_, control)| control.kind == Kind::Button);
        let pressed = buttons.map(|(at, _)| {
            let mut form = self.clone();
            form.controls[at].sent = true;
            form
        });
        let pressed: Vec<_> = pressed.collect();
        if pressed.is_empty() { vec![self.clone()] } else { pressed }
    }

    /// The value a field holds.
    pub fn value(&self, field: &str) -> Option<&str> {
        Some(self.controls[self.position(field)?].value.as_str())
    }

    /// Every value that boxes of a name offer.
    pub fn offers(&self, name: &str) -> Vec<&str> {
        self.controls
            .iter()
            .filter(|control| control.name == name)
            .map(|control| control.value.as_str())
            .collect()
    }

    /// The names of its fields, buttons left out.
    pub fn names(&self) -> Vec<String> {
        let fields = self.controls.iter().filter(|control| control.kind != Kind::Button);
        let names: std::collections::BTreeSet<_> = fields.map(|control| control.name.clone()).collect();
        names.into_iter().filter(|name| !name.is_empty()).collect()
    }

    /// Replaces what would be sent under a name, as somebody with developer tools would.
    #[must_use]
    pub fn forge(mut self, name: &str, value: &str) -> Self {
        self.controls.retain(|control| control.name != name);
        self.controls.push(Control {
            name: name.to_owned(),
            value: value.to_owned(),
            sent: true,
            ..Control::default()
        });
        self
    }

    /// The same without what would be sent under a name.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.controls.retain(|control| control.name != name);
        self
    }

    /// What is sent.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let sent = self.controls.iter().filter(|control| control.sent && !control.name.is_empty());
        sent.map(|control| (control.name.clone(), control.value.clone())).collect()
    }

    /// What is sent, form-encoded.
    pub fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.pairs()).finish()
    }

    fn position(&self, field: &str) -> Option<usize> {
        let is_input = |control: &Control| control.kind != Kind::Button;
        let named = |control: &Control| control.name == field;
        let labelled = |control: &Control| control.label.eq_ignore_ascii_case(field);
        let find = |wanted: &dyn Fn(&Control) -> bool| {
            self.controls.iter().position(|control| is_input(control) && wanted(control))
        };
        find(&named).or_else(|| find(&labelled))
    }

    fn button(&self, wanted: &str) -> Option<usize> {
        self.controls.iter().position(|control| {
            let known = [&control.label, &control.id, &control.value];
            control.kind == Kind::Button && known.iter().any(|text| *text == wanted)
        })
    }
}

impl Control {
    /// The control that begins at a token, if one does that can send something.
    fn read(document: &Document, at: usize, tag: &Tag) -> Option<Self> {
        let attribute = |name: &str| tag.attribute(name).unwrap_or_default().to_owned();
        if tag.has("disabled") {
            return None;
        }
        let id = attribute("id");
        let mut control = Self {
            label: label(document, at, &id).unwrap_or_default(),
            name: attribute("name"),
            value: attribute("value"),
            sent: true,
            id,
            ..Self::default()
        };
        match (tag.name.as_str(), tag.attribute("type").unwrap_or_default()) {
            ("input", kind @ ("checkbox" | "radio")) => {
                control.kind = if kind == "radio" { Kind::Radio } else { Kind::Box };
                control.sent = tag.has("checked");
                if !tag.has("value") {
                    control.value = "on".to_owned();
                }
            }
            ("input", "submit") | ("button", "" | "submit") => {
                control.kind = Kind::Button;
                control.sent = false;
                if tag.name == "button" {
                    control.label = document.text_at(at);
                }
            }
            ("input", "button" | "reset" | "image" | "file") => return None,
            ("input", _) => {}
            ("textarea", _) => control.value = raw_text(document, at),
            ("option", _) => {
                let select = document.0[..at]
                    .iter()
                    .rposition(|token| matches!(token, Token::Start(tag) if tag.name == "select"))?;
                let Token::Start(owner) = &document.0[select] else { return None };
                control.name = owner.attribute("name").unwrap_or_default().to_owned();
                control.label =
                    label(document, select, owner.attribute("id").unwrap_or_default()).unwrap_or_default();
                control.kind = Kind::Option;
                control.sent = tag.has("selected");
            }
            _ => return None,
        }
        Some(control)
    }
}

/// The label of the control at a token: one that names its id, or one around it.
fn label(document: &Document, at: usize, id: &str) -> Option<String> {
    let is_label = |token: &Token| matches!(token, Token::Start(tag) if tag.name == "label");
    let naming = document.0.iter().position(|token| {
        matches!(token, Token::Start(tag) if tag.name == "label" && !id.is_empty() && tag.attribute("for") == Some(id))
    });
    let around = || {
        let open = document.0[..at].iter().rposition(is_label)?;
        let closed = document.0[open..at].iter().any(|token| *token == Token::End("label".to_owned()));
        (!closed).then_some(open)
    };
    naming.or_else(around).map(|start| document.text_at(start))
}

fn raw_text(document: &Document, at: usize) -> String {
    match document.0.get(at + 1) {
        Some(Token::Text(text)) => text.strip_prefix('\n').unwrap_or(text).to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_filled_by_label_and_by_name() {
        let page = "<form method=post action='/login'><label for=a>Name</label><input id=a name=identifier value=x>\
            <label>Why <textarea name=why>\n a</textarea></label><input type=checkbox name=scope value=email>\
            <select name=alg><option value=RS256 selected><option value=ES256></select>\
            <button name=decision value=allow>Allow it</button><button name=decision value=deny>No</button></form>";
        let form = Form::find(&Document::parse(page), "Allow it").unwrap();
        assert_eq!(form.encoded(), "identifier=x&why=+a&alg=RS256");
        let form = form.fill("name", "ada").fill("why", "b").tick("scope=email", true).fill("alg", "ES256");
        assert_eq!(form.press("deny").encoded(), "identifier=ada&why=b&scope=email&alg=ES256&decision=deny");
    }
}
