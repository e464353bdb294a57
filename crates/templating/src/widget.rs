//! Pieces that templates build by name: icons and labelled inputs.

use askama::{Template, filters::HtmlSafe};

use crate::{Field, Text};

/// A symbol of `static/icons.svg`, decorative: the word stands beside it.
#[derive(Template)]
#[template(
    source = r##"<svg class="icon" aria-hidden="true"><use href="{{ crate::assets::asset_url("icons.svg") }}#{{ name }}"/></svg>"##,
    ext = "html"
)]
pub(crate) struct Icon<'a> {
    name: &'a str,
}

impl HtmlSafe for Icon<'_> {}

/// The symbol with this id.
pub(crate) fn icon(name: &str) -> Icon<'_> {
    Icon { name }
}

/// A labelled input with its help and its error, connected for screen readers.
#[derive(Template)]
#[template(path = "parts/input.html")]
pub(crate) struct Input<'a> {
    id: &'a str,
    label: Text,
    field: &'a Field,
    kind: &'a str,
    help: Text,
    autocomplete: &'a str,
    placeholder: Text,
    before: &'a str,
    suggests: &'a str,
    rows: u8,
    min_length: u8,
    autofocus: bool,
    optional: bool,
    mono: bool,
    strength: bool,
}

impl HtmlSafe for Input<'_> {}

/// An input for one line of text; its id is also its name.
pub(crate) fn input<'a>(id: &'a str, label: impl Into<Text>, field: &'a Field) -> Input<'a> {
    Input {
        id,
        label: label.into(),
        field,
        kind: "text",
        help: Text::default(),
        autocomplete: "off",
        placeholder: Text::default(),
        before: "",
        suggests: "",
        rows: 0,
        min_length: 0,
        autofocus: false,
        optional: false,
        mono: false,
        strength: false,
    }
}

impl<'a> Input<'a> {
    /// `email`, `url` or `date`: the keyboard that fits, and the browser's own check.
    pub(crate) fn kind(self, kind: &'a str) -> Self {
        Self { kind, ..self }
    }

    /// A password, filled from a password manager: `current-password` or `new-password`.
    pub(crate) fn password(self, autocomplete: &'a str) -> Self {
        let min_length = if autocomplete == "new-password" { 8 } else { 0 };
        Self { kind: "password", autocomplete, min_length, strength: min_length > 0, ..self }
    }

    /// Several lines.
    pub(crate) fn rows(self, rows: u8) -> Self {
        Self { rows, ..self }
    }

    /// A sentence under the input.
    pub(crate) fn help(self, help: impl Into<Text>) -> Self {
        Self { help: help.into(), ..self }
    }

    /// What the browser may fill in (HTML, autofill field names).
    pub(crate) fn autocomplete(self, autocomplete: &'a str) -> Self {
        Self { autocomplete, ..self }
    }

    /// An example of the form of a value, never the only explanation.
    pub(crate) fn placeholder(self, placeholder: impl Into<Text>) -> Self {
        Self { placeholder: placeholder.into(), ..self }
    }

    /// What stands before the value and is not part of it, e.g. the start of an address.
    pub(crate) fn before(self, before: &'a str) -> Self {
        Self { before, ..self }
    }

    /// A script may show, as placeholder, what the server makes of the input with this id where this one stays empty.
    pub(crate) fn suggests(self, suggests: &'a str) -> Self {
        Self { suggests, ..self }
    }

    /// The input that has the focus when the page opens, if `on`.
    pub(crate) fn autofocus(self, on: bool) -> Self {
        Self { autofocus: on, ..self }
    }

    /// A code that is good once, of an app or from a list.
    pub(crate) fn one_time_code(self) -> Self {
        Self { autocomplete: "one-time-code", mono: true, ..self }
    }

    /// It may stay empty.
    pub(crate) fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// In monospace: URIs and codes.
    pub(crate) fn mono(self) -> Self {
        Self { mono: true, ..self }
    }

    fn described_by(&self) -> String {
        let help = (!self.help.is_empty()).then(|| format!("{}-help", self.id));
        let error = self.field.error.as_ref().map(|_| format!("{}-error", self.id));
        let before = (!self.before.is_empty()).then(|| format!("{}-before", self.id));
        [error, before, help].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn is_password(&self) -> bool {
        self.kind == "password"
    }
}
