use std::sync::Arc;

use postern_domain::{InstanceRight, Permit, Refusal, Subject, User};

use super::{Holder, Verdict};
use crate::{App, standing};

/// What a token that is bound to no user is worth for the active user who is named: no more than that user may do, and
/// no more than the token holds.
///
/// # Errors
/// `invalid_token` if nobody who can use it has that name.
pub(super) async fn acting_as(app: &App, verdict: &Verdict, name: &str) -> Result<Arc<Verdict>, Refusal> {
    let user = app.user_named(name).await?.filter(|user| user.is_active());
    let user =
        user.ok_or_else(|| Refusal::invalid_token("no active user has the name in front of the token"))?;
    Ok(Arc::new(verdict.speaking_for(app, user, None)))
}

/// What a token is worth on behalf of another user: its person may act for others, and that user has no right that its
/// person has not.
///
/// # Errors
/// `forbidden` or `insufficient_scope` if it may not be used so; `not_found` if no active user has that name.
pub async fn on_behalf_of(app: &App, verdict: &Verdict, name: &str) -> Result<Arc<Verdict>, Refusal> {
    let Holder::User(person) = &verdict.holder else {
        return Err(Refusal::forbidden("only a personal token can act on behalf of another user"));
    };
    let right = InstanceRight::UsersImpersonate;
    if !verdict.holds(right.scope()) && !verdict.holds(InstanceRight::InstanceAdmin.scope()) {
        let scope = right.scope();
        return Err(Refusal::insufficient_scope(format!(
            "acting on behalf of another user takes a token with the scope “{scope}”"
        )));
    }
    let user = app.user_named(name).await?.filter(|user| user.is_active());
    let user = user.ok_or_else(|| Refusal::not_found("no active user has the name in contextUser"))?;
    let is_higher = |right: &&InstanceRight| {
        !person.rights.contains(right) && !person.rights.contains(&InstanceRight::InstanceAdmin)
    };
    if let Some(right) = user.rights.iter().find(is_higher) {
        return Err(Refusal::forbidden(format!(
            "nobody acts on behalf of a user of higher rights: that one has “{}”",
            right.scope()
        )));
    }
    Ok(Arc::new(verdict.speaking_for(app, user, Some(person))))
}

impl Verdict {
    /// The same token in the name of `user`.
    fn speaking_for(&self, app: &App, user: Arc<User>, actor: Option<&User>) -> Self {
        let live = standing::of_user(app, &user);
        let permit = Permit {
            subject: Subject::User(user.id),
            actor: actor.map(|actor| actor.id),
            scopes: self.permit.scopes.intersection(&live.scopes),
            ..self.permit.clone()
        };
        self.with(Holder::User(user), permit)
    }
}
