use serde::{Deserialize, Serialize};

use crate::{Field, FieldError};

/// Some inputs of the profile that belong together, folded away while they say nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProfilePart {
    /// The heading.
    pub title: String,
    /// What is in it, and which apps see it.
    pub hint: String,
    /// The inputs.
    pub inputs: Vec<ProfileInput>,
}

/// An input of the profile.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProfileInput {
    /// Its name in the form.
    pub id: String,
    /// What stands before it.
    pub label: String,
    /// `text`, `url`, `tel`, or `lines` for a text of several.
    pub kind: String,
    /// What the browser may fill in.
    pub autocomplete: String,
    /// A sentence under it, or nothing.
    pub help: String,
    /// What it holds.
    pub field: Field,
}

/// Name in the form, label, kind, autofill field name and help.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

const NAMES: &[Row] = &[
    ("given_name", "Given name", "text", "given-name", ""),
    ("middle_name", "Middle name", "text", "additional-name", ""),
    ("family_name", "Family name", "text", "family-name", ""),
    ("nickname", "Nickname", "text", "nickname", ""),
];

const ABOUT: &[Row] = &[
    (
        "birthdate",
        "Date of birth",
        "text",
        "bday",
        "As 1815-12-10. The year alone will do; 0000-12-10 keeps it to yourself.",
    ),
    ("gender", "Gender", "text", "sex", "In your own words."),
    ("locale", "Language", "text", "language", "Such as en, de-CH or zh-Hant."),
    ("zoneinfo", "Time zone", "text", "off", "Such as Europe/Paris."),
    ("profile", "Profile page", "url", "off", ""),
    ("picture", "Picture", "url", "photo", "The address of an image of you."),
    ("website", "Website", "url", "url", ""),
];

const PHONE: &[Row] = &[(
    "phone_number",
    "Telephone number",
    "tel",
    "tel",
    "With its country, such as +44 20 7946 0018. Apps are told that nobody has verified it.",
)];

const ADDRESS: &[Row] = &[
    ("street_address", "Street", "lines", "street-address", ""),
    ("postal_code", "Postal code", "text", "postal-code", ""),
    ("locality", "Town", "text", "address-level2", ""),
    ("region", "State or region", "text", "address-level1", ""),
    ("country", "Country", "text", "country-name", ""),
];

const PARTS: [(&str, &str, &[Row]); 4] = [
    ("Your name in full", "for apps that may see your profile", NAMES),
    ("About you", "birthday, language, links; for apps that may see your profile", ABOUT),
    ("Telephone", "for apps that may see your telephone number", PHONE),
    ("Postal address", "for apps that may see your postal address", ADDRESS),
];

impl ProfilePart {
    /// The parts of the profile, each input as `field` has it.
    pub fn all(field: impl Fn(&str) -> Field) -> Vec<Self> {
        let input = |(id, label, kind, autocomplete, help): &Row| ProfileInput {
            id: (*id).into(),
            label: (*label).into(),
            kind: (*kind).into(),
            autocomplete: (*autocomplete).into(),
            help: (*help).into(),
            field: field(id),
        };
        let part = |(title, hint, rows): (&str, &str, &[Row])| Self {
            title: title.into(),
            hint: hint.into(),
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
