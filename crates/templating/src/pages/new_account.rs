use serde::{Deserialize, Serialize};

use crate::{Field, FieldError};

/// The fields of a new account: `username`, `email`, `name` and `password`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewAccount {
    /// `username`
    pub username: Field,
    /// `email`
    pub email: Field,
    /// `name`, may stay empty.
    pub name: Field,
    /// `password`; its value is never shown again.
    pub password: Field,
}

impl NewAccount {
    pub(crate) fn blank() -> Self {
        Self {
            username: Field::empty(),
            email: Field::empty(),
            name: Field::empty(),
            password: Field::empty(),
        }
    }

    pub(crate) fn errors(&self) -> Vec<FieldError<'_>> {
        let fields = [
            ("username", &self.username),
            ("email", &self.email),
            ("name", &self.name),
            ("password", &self.password),
        ];
        fields.into_iter().filter_map(|(id, field)| field.summary(id)).collect()
    }
}
