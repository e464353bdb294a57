use std::sync::Arc;

use postern_domain::{Client, OwnPath, Prompt};

use super::PATH;
use super::asked::Asked;
use super::evaluate::{check, next_step};
use super::next::Person;
use super::stage::Step;
use crate::App;

/// A request that waits while somebody signs in: what the sign-in page says of it.
#[derive(Debug)]
pub struct Waiting {
    /// The app the person is heading to.
    pub client: Arc<Client>,
    /// Where they come back to, as people are told it.
    pub host: String,
    /// The redirect URI, to which the page's form leads in the end.
    pub redirect_uri: String,
    /// `login_hint`: what to fill in.
    pub login_hint: Option<String>,
    /// What the request waits for.
    pub wants: WaitingFor,
    /// Whether the app sent them to make an account (`prompt=create`), which strangers may not here.
    pub sign_up_is_closed: bool,
}

/// What a waiting request waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingFor {
    /// That somebody signs in; if somebody is, it has to be somebody else.
    SignIn,
    /// That the person who is signed in proves it once more.
    Reauthentication,
    /// That an account is chosen, or another one signs in.
    Choice,
    /// That somebody signs up.
    SignUp,
    /// Nothing here: it can go on.
    Nothing,
}

/// What waits behind `return_to`; `None` if that is not a request of a client that holds.
pub async fn waiting(app: &App, return_to: &OwnPath, person: Option<Person<'_>>) -> Option<Waiting> {
    if return_to.path() != PATH {
        return None;
    }
    let now = app.clock.now();
    let checked = check(app, return_to.query(), now).await.ok()?;
    let person = person.filter(|person| person.user.is_active());
    let asked = Asked::read(app, &checked).await.ok();
    let step = match &asked {
        Some(asked) => Some(next_step(app, &checked, asked, person, now).await),
        None => None,
    };
    let wants = match step {
        Some(Ok(Some(Step::SignIn))) => WaitingFor::SignIn,
        Some(Ok(Some(Step::Reauthenticate))) => WaitingFor::Reauthentication,
        Some(Ok(Some(Step::SelectAccount))) => WaitingFor::Choice,
        Some(Ok(Some(Step::SignUp))) => WaitingFor::SignUp,
        // Whoever is told no is told so by the authorization endpoint.
        Some(Ok(None | Some(Step::SetUpSecondFactor)) | Err(_)) | None => WaitingFor::Nothing,
    };
    Some(Waiting {
        host: checked.return_to.registered().display_host(),
        redirect_uri: checked.return_to.uri().to_owned(),
        sign_up_is_closed: !app.config.registration.open
            && asked.as_ref().is_some_and(|asked| asked.prompts.contains(Prompt::Create)),
        login_hint: asked.and_then(|asked| asked.login_hint),
        client: checked.client,
        wants,
    })
}
