use postern_domain::{AuthMethodReference, Lifetime, Plain, Refusal, Timestamp, User, UserId};
use postern_storage::users;
use serde::{Deserialize, Serialize};

use crate::{App, one_time};

const PURPOSE: &str = "second-step";
/// How long somebody has for the second step.
pub(super) const LIFETIME: Lifetime = Lifetime::seconds(10 * 60);

/// Somebody who has proved the first half of who they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Pending {
    user: UserId,
    /// Since when the account has the password that was the proof.
    password_changed_at: Timestamp,
    /// How they proved it; not at all here, if a sign-in provider says who they are.
    #[serde(default = "by_password")]
    methods: Vec<AuthMethodReference>,
}

fn by_password() -> Vec<AuthMethodReference> {
    vec![AuthMethodReference::Pwd]
}

impl Pending {
    /// Keeps that somebody proved the first half by `methods`. It is no session: all that it is good for is the second step.
    pub(super) async fn keep(
        app: &App,
        user: &User,
        methods: &[AuthMethodReference],
    ) -> Result<Plain, Refusal> {
        let value = app.new_link();
        let password_changed_at = user.password_changed_at;
        let pending = Self { user: user.id, password_changed_at, methods: methods.to_vec() };
        let hash = app.secret_key.hash_text(value.reveal());
        one_time::keep(app, PURPOSE, hash, &pending, LIFETIME).await?;
        Ok(value)
    }

    /// Who it is, while it lasts and the account is as it was, and how they proved the first half.
    pub(crate) async fn find(
        app: &App,
        value: &str,
    ) -> Result<Option<(User, Vec<AuthMethodReference>)>, Refusal> {
        let hash = app.secret_key.hash_text(value);
        let Some(pending) = one_time::find::<Self>(app, PURPOSE, hash).await? else { return Ok(None) };
        let user = users::find(&app.db, pending.user).await?;
        let is_same =
            |user: &User| user.is_active() && user.password_changed_at == pending.password_changed_at;
        Ok(user.filter(is_same).map(|user| (user, pending.methods)))
    }

    /// Uses it up; answers `false` if it was.
    pub(crate) async fn take(app: &App, value: &str) -> Result<bool, Refusal> {
        one_time::take(app, PURPOSE, app.secret_key.hash_text(value)).await
    }
}
