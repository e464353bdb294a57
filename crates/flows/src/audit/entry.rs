use std::fmt;

use postern_domain::OrganizationId;
use postern_domain::audit::{Act, Action, By, Event, Target};
use postern_storage::audit::{self, Record};
use postern_storage::{StorageError, Tx};
use serde_json::Value;

use super::key::ChainKey;
use super::origin;
use crate::App;

/// An act that is to be written down together with the change it is.
#[derive(Clone)]
pub(crate) struct Entry {
    key: ChainKey,
    act: Act,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.act.fmt(f)
    }
}

impl Entry {
    /// That `by` does this to `target` now.
    pub(crate) fn new(app: &App, by: By, action: Action, target: Target) -> Self {
        let at = app.clock.now();
        let act = Act {
            id: app.new_event_id(at),
            at,
            by,
            action,
            target,
            organization_id: None,
            before: None,
            after: None,
            address: origin::address(),
        };
        Self { key: ChainKey::of(&app.secret_key), act }
    }

    /// As a matter of an organization.
    #[must_use]
    pub(crate) fn of(mut self, organization: impl Into<Option<OrganizationId>>) -> Self {
        self.act.organization_id = organization.into();
        self
    }

    /// With what there was, of what is deleted.
    #[must_use]
    pub(crate) fn before(mut self, before: Value) -> Self {
        self.act.before = Some(before);
        self
    }

    /// With what there is now, of what is made.
    #[must_use]
    pub(crate) fn after(mut self, after: Value) -> Self {
        self.act.after = Some(after);
        self
    }

    /// With what of two descriptions of the same thing is not the same.
    #[must_use]
    pub(crate) fn changed(mut self, before: Value, after: Value) -> Self {
        let (before, after) = differences(before, after);
        self.act.before = Some(before);
        self.act.after = Some(after);
        self
    }
}

/// Writes an act down, in the change that it is.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub(crate) async fn act(tx: &Tx, entry: &Entry) -> Result<(), StorageError> {
    let record = Record::of(&Event::Act(entry.act.clone()))?;
    audit::insert(tx, &record, entry.key.unchained(&record)).await
}

/// The members of two objects that differ.
fn differences(before: Value, after: Value) -> (Value, Value) {
    match (before, after) {
        (Value::Object(mut before), Value::Object(mut after)) => {
            let same: Vec<String> =
                before.iter().filter(|(name, value)| after.get(*name) == Some(value)).map(name).collect();
            for name in same {
                before.remove(&name);
                after.remove(&name);
            }
            (Value::Object(before), Value::Object(after))
        }
        other => other,
    }
}

fn name((name, _): (&String, &Value)) -> String {
    name.clone()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_kept() {
        let before = json!({ "name": "a", "scopes": ["x"], "note": null });
        let after = json!({ "name": "b", "scopes": ["x"], "end": 1 });
        let kept = (json!({ "name": "a", "note": null }), json!({ "name": "b", "end": 1 }));
        assert_eq!(differences(before, after), kept);
        assert_eq!(differences(json!({}), json!({})), (json!({}), json!({})));
    }
}
