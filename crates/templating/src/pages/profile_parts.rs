use serde::{Deserialize, Serialize};

use crate::{Field, FieldError, Text, t};

/// Some inputs of the profile that belong together, folded away while they say nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProfilePart {
    /// The heading.
    pub title: Text,
    /// What is in it, and which apps see it.
    pub hint: Text,
    /// The inputs.
    pub inputs: Vec<ProfileInput>,
}

/// An input of the profile.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProfileInput {
    /// Its name in the form.
    pub id: String,
    /// What stands before it.
    pub label: Text,
    /// `text`, `url`, `tel`, or `lines` for a text of several.
    pub kind: String,
    /// What the browser may fill in.
    pub autocomplete: String,
    /// A sentence under it, or nothing.
    pub help: Text,
    /// What it holds.
    pub field: Field,
}

/// Name in the form, label, kind, autofill field name and help.
type Row = (&'static str, Text, &'static str, &'static str, Option<Text>);

const NAMES: &[Row] = &[
    ("given_name", t("Given name"), "text", "given-name", None),
    ("middle_name", t("Middle name"), "text", "additional-name", None),
    ("family_name", t("Family name"), "text", "family-name", None),
    ("nickname", t("Nickname"), "text", "nickname", None),
];

const ABOUT: &[Row] = &[
    (
        "birthdate",
        t("Date of birth"),
        "text",
        "bday",
        Some(t("As 1815-12-10. The year alone will do; 0000-12-10 keeps it to yourself.")),
    ),
    ("gender", t("Gender"), "text", "sex", Some(t("In your own words."))),
    ("locale", t("Language"), "text", "language", Some(t("Such as en, de-CH or zh-Hant."))),
    ("zoneinfo", t("Time zone"), "text", "off", Some(t("Such as Europe/Paris."))),
    ("profile", t("Profile page"), "url", "off", None),
    ("picture", t("Picture"), "url", "photo", Some(t("The address of an image of you."))),
    ("website", t("Website"), "url", "url", None),
];

const PHONE: &[Row] = &[(
    "phone_number",
    t("Telephone number"),
    "tel",
    "tel",
    Some(t("With its country, such as +44 20 7946 0018. Apps are told that nobody has verified it.")),
)];

const ADDRESS: &[Row] = &[
    ("street_address", t("Street"), "lines", "street-address", None),
    ("postal_code", t("Postal code"), "text", "postal-code", None),
    ("locality", t("Town"), "text", "address-level2", None),
    ("region", t("State or region"), "text", "address-level1", None),
    ("country", t("Country"), "text", "country-name", None),
];

const PARTS: [(Text, Text, &[Row]); 4] = [
    (t("Your name in full"), t("for apps that may see your profile"), NAMES),
    (t("About you"), t("birthday, language, links; for apps that may see your profile"), ABOUT),
    (t("Telephone"), t("for apps that may see your telephone number"), PHONE),
    (t("Postal address"), t("for apps that may see your postal address"), ADDRESS),
];

impl ProfilePart {
    /// The parts of the profile, each input as `field` has it.
    pub fn all(field: impl Fn(&str) -> Field) -> Vec<Self> {
        let input = |(id, label, kind, autocomplete, help): &Row| ProfileInput {
            id: (*id).into(),
            label: label.clone(),
            kind: (*kind).into(),
            autocomplete: (*autocomplete).into(),
            help: help.clone().unwrap_or_default(),
            field: field(id),
        };
        let part = |(title, hint, rows): (Text, Text, &[Row])| Self {
            title,
            hint,
            inputs: rows.iter().map(input).collect(),
        };
        PARTS.map(part).into()
    }

    /// Whether something is wrong in it, so that it has to be seen.
    pub(super) fn is_wrong(&self) -> bool {
        self.inputs.iter().any(|input| input.field.error.is_some())
    }

    /// How much of it is filled in, for whoever sees it folded.
    pub(super) fn filled(&self) -> usize {
        self.inputs.iter().filter(|input| !input.field.value.trim().is_empty()).count()
    }

    pub(super) fn errors(&self) -> impl Iterator<Item = FieldError<'_>> {
        self.inputs.iter().filter_map(|input| input.field.summary(&input.id))
    }
}

impl ProfileInput {
    fn rows(&self) -> u8 {
        if self.kind == "lines" { 3 } else { 0 }
    }

    /// The input as it is drawn.
    pub(super) fn widget(&self) -> crate::widget::Input<'_> {
        let input = crate::widget::input(&self.id, &self.label, &self.field).optional().help(&self.help);
        let kind = if self.kind == "lines" { "text" } else { self.kind.as_str() };
        input.kind(kind).autocomplete(&self.autocomplete).rows(self.rows())
    }
}
