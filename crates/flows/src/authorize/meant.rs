use postern_domain::{Prompt, Session, SessionId, User};

use super::asked::Asked;
use super::evaluate::check;
use super::next::Person;
use super::proof;
use super::stage::is_the_one;
use crate::{App, sessions, subject_name};

/// The session of another account in the same browser that the client means rather than `person`: whom `id_token_hint` or
/// `claims` names (OIDC Core sections 3.1.2.1 and 5.5.1), or else whose name `login_hint` is, unless they are to choose
/// anyway. `None` where the person is meant themselves, or nobody else is signed in in this browser.
pub async fn meant_beside(app: &App, query: &str, person: Option<Person<'_>>) -> Option<SessionId> {
    let here = person.filter(|person| person.session.browser_id.is_some())?;
    let now = app.clock.now();
    let checked = check(app, query, now).await.ok()?;
    let (request, word) = checked.proof();
    // Who has just signed in or been chosen for it is not replaced by whom the app guessed.
    if proof::read(app, request, word, here.session, now).is_some() {
        return None;
    }
    let asked = Asked::read(app, &checked).await.ok()?;
    if asked.prompts.contains(Prompt::Create) {
        return None;
    }
    let hint = asked.login_hint.as_ref().filter(|_| !asked.prompts.contains(Prompt::SelectAccount));
    let fits = |session: &Session, user: &User| {
        let sub = subject_name::of_user(app, &checked.client, session.user_id);
        let is_the_one = matches!(is_the_one(&asked, &sub, false), Ok(true));
        let named = |hint: &String| {
            hint.eq_ignore_ascii_case(user.username.as_str())
                || hint.eq_ignore_ascii_case(user.email.as_str())
        };
        is_the_one && hint.is_none_or(named)
    };
    if fits(here.session, here.user) {
        return None;
    }
    let others = sessions::beside(app, here.session).await.ok()?;
    others.into_iter().find(|(session, user)| fits(session, user)).map(|(session, _)| session.id)
}
