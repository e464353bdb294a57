use std::collections::BTreeMap;

use postern_domain::{Customer, Email, PersonName};

use crate::FieldErrors;

/// Most entries of a customer's metadata, and the most characters of their keys and values.
const MOST_ENTRIES: usize = 50;
const LONGEST_KEY: usize = 40;
const LONGEST_VALUE: usize = 500;
/// Most characters of an external id.
const LONGEST_ID: usize = 200;

/// A customer as somebody wrote it. The names are those of the form's fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerDraft {
    /// `email`
    pub email: String,
    /// `name`, which may be empty
    pub name: String,
    /// `external_id`, which may be empty
    pub external_id: String,
    /// `metadata`
    pub metadata: BTreeMap<String, String>,
}

/// The same, checked.
pub(super) struct Facts {
    pub(super) email: Email,
    pub(super) name: Option<PersonName>,
    pub(super) external_id: Option<String>,
    pub(super) metadata: BTreeMap<String, String>,
}

impl CustomerDraft {
    /// A customer as it is, to be changed.
    pub fn of(customer: &Customer) -> Self {
        Self {
            email: customer.email.to_string(),
            name: customer.name.as_ref().map(ToString::to_string).unwrap_or_default(),
            external_id: customer.external_id.clone().unwrap_or_default(),
            metadata: customer.metadata.clone(),
        }
    }

    /// The metadata of a form: one `key=value` a line.
    ///
    /// # Errors
    /// Says which line is none, or names a key that is there twice.
    pub fn metadata_of(lines: &str) -> Result<BTreeMap<String, String>, String> {
        let mut metadata = BTreeMap::new();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let Some((key, value)) = line.split_once('=') else {
                return Err(format!("Write “{line}” as key=value."));
            };
            let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
            if metadata.contains_key(&key) {
                return Err(format!("“{key}” is there twice."));
            }
            metadata.insert(key, value);
        }
        Ok(metadata)
    }

    pub(super) fn check(&self) -> Result<Facts, FieldErrors> {
        let mut errors = FieldErrors::none();
        let email = errors.take("email", Email::parse(&self.email));
        let name = match self.name.trim() {
            "" => None,
            name => errors.take("name", PersonName::parse(name)),
        };
        let external_id = Some(self.external_id.trim()).filter(|id| !id.is_empty());
        if external_id.is_some_and(|id| !is_line(id, LONGEST_ID)) {
            errors.add("external_id", format!("Use {LONGEST_ID} characters at most, on one line."));
        }
        if let Err(wrong) = check_metadata(&self.metadata) {
            errors.add("metadata", wrong);
        }
        match email {
            Some(email) if errors.is_empty() => Ok(Facts {
                email,
                name,
                external_id: external_id.map(str::to_owned),
                metadata: self.metadata.clone(),
            }),
            _ => Err(errors),
        }
    }
}

fn check_metadata(metadata: &BTreeMap<String, String>) -> Result<(), String> {
    if metadata.len() > MOST_ENTRIES {
        return Err(format!("Write {MOST_ENTRIES} entries at most; these are {}.", metadata.len()));
    }
    for (key, value) in metadata {
        if key.is_empty() || key.contains('=') || key.trim() != key || !is_line(key, LONGEST_KEY) {
            return Err(format!(
                "Use 1 to {LONGEST_KEY} characters for a key, without “=” and without space around it."
            ));
        }
        if !is_line(value, LONGEST_VALUE) {
            return Err(format!(
                "The value of “{key}” may have {LONGEST_VALUE} characters at most, on one line."
            ));
        }
    }
    Ok(())
}

fn is_line(text: &str, longest: usize) -> bool {
    text.chars().count() <= longest && !text.chars().any(char::is_control)
}
