use postern_domain::User;
use postern_domain::audit::{Action, By, Target};
use serde_json::{Value, json};

use crate::App;
use crate::audit::Entry;

/// That somebody did something to an account.
pub(crate) fn entry(app: &App, by: By, action: Action, user: &User) -> Entry {
    Entry::new(app, by, action, Target::new("user", user.id.0, &user.username))
}

/// What an account is.
pub(crate) fn facts(user: &User) -> Value {
    json!({
        "username": user.username,
        "email": user.email,
        "email_verified": user.email_verified,
        "name": user.name,
        "rights": user.rights,
        "state": user.state,
    })
}
