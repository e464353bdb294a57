use std::fmt;

use postern_domain::Refusal;

/// What is wrong with one field of a form, a call or a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field, by the name it has in forms.
    pub field: &'static str,
    /// One sentence saying what to change.
    pub message: String,
}

/// What is wrong with the fields of a form, in the order of the form. A flow that answers it has changed nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    /// Nothing is wrong yet.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// One thing is wrong.
    pub fn one(field: &'static str, message: impl Into<String>) -> Self {
        let mut errors = Self::none();
        errors.add(field, message);
        errors
    }

    /// Notes what is wrong with a field.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.push(FieldError { field, message: message.into() });
    }

    /// The value of a field, or `None` once its error is noted.
    pub fn take<T>(&mut self, field: &'static str, value: Result<T, impl fmt::Display>) -> Option<T> {
        value.map_err(|error| self.add(field, sentence(&error.to_string()))).ok()
    }

    /// What is wrong with a field first of all.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `Ok` if nothing is wrong.
    ///
    /// # Errors
    /// Itself if something is.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{}: {}", error.field, error.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for FieldErrors {}

/// Why a form was not taken: its fields, or something beyond them.
#[derive(Clone, Debug, PartialEq)]
pub enum FormRefusal {
    /// Something to correct in the form.
    Fields(FieldErrors),
    /// Nothing that another input would help.
    Refused(Refusal),
}

impl From<FieldErrors> for FormRefusal {
    fn from(errors: FieldErrors) -> Self {
        Self::Fields(errors)
    }
}

impl From<Refusal> for FormRefusal {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<postern_storage::StorageError> for FormRefusal {
    fn from(error: postern_storage::StorageError) -> Self {
        Self::Refused(error.into())
    }
}

/// In one line, for a command that has no form to show.
impl fmt::Display for FormRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields(errors) => errors.fmt(f),
            Self::Refused(refusal) => f.write_str(&refusal.description),
        }
    }
}

impl std::error::Error for FormRefusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Fields(_) => None,
            Self::Refused(refusal) => refusal.source(),
        }
    }
}

/// Begins with a capital letter and ends with a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let stop = if text.ends_with(['.', '?']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_read_as_sentences_and_the_first_one_of_a_field_counts() {
        let mut errors = FieldErrors::none();
        assert_eq!(errors.take("name", Ok::<_, FieldErrors>(1)), Some(1));
        assert_eq!(errors.take("name", Err::<u8, _>("write a name")), None);
        errors.add("name", "Another one.");
        assert_eq!(errors.of("name"), Some("Write a name."));
        assert_eq!(errors.of("type"), None);
        assert_eq!(errors.to_string(), "name: Write a name. name: Another one.");
        assert!(errors.into_result().is_err());
    }
}
