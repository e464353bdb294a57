//! Between the forms about accounts and what the flows take.

use postern_domain::{Params, Plain};
use postern_flows::FieldErrors;
use postern_flows::users::NewUser;
use postern_templating::pages::NewAccount;
use postern_templating::{Field, Text};

/// What a form about a new account says.
pub(crate) fn new_user(form: &Params) -> NewUser {
    let typed = |name| form.get(name).unwrap_or_default().to_owned();
    NewUser {
        username: typed("username"),
        email: typed("email"),
        name: typed("name"),
        password: Some(Plain::new(typed("password"))),
    }
}

/// The form of a new account as it is shown again.
pub(crate) fn new_account(typed: &Params, errors: &FieldErrors) -> NewAccount {
    NewAccount {
        username: field(typed, errors, "username"),
        email: field(typed, errors, "email"),
        name: field(typed, errors, "name"),
        password: field(&Params::default(), errors, "password"),
    }
}

/// A field with what was typed in it and what is wrong with it.
pub(crate) fn field(typed: &Params, errors: &FieldErrors, name: &str) -> Field {
    let field = Field::new(typed.get(name).unwrap_or_default());
    match errors.of(name) {
        Some(error) => field.with_error(Text::sentence(error)),
        None => field,
    }
}
