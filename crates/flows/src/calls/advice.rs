//! Why a call was refused, and what to do about it.

use postern_domain::audit::{Call, CallVerdict, Place};
use postern_domain::limits::{Body, KeptRequest, RequestFacts};
use postern_domain::{Said, said};
use postern_storage::tokens::Token;

use super::replay::OUTSIDE_LIMITS;
use crate::App;

/// A call, and what is known of its token.
pub(super) struct Cause<'a> {
    pub(super) app: &'a App,
    pub(super) call: &'a Call,
    /// If it is still there.
    pub(super) token: Option<&'a Token>,
}

/// Sentences.
#[derive(Default)]
pub(super) struct Reasons {
    pub(super) why: Option<Said>,
    pub(super) advice: Vec<Said>,
}

impl Reasons {
    fn new<const COUNT: usize>(why: Said, advice: [Said; COUNT]) -> Self {
        Self { why: Some(why), advice: advice.into() }
    }
}

impl Cause<'_> {
    pub(super) fn reasons(&self) -> Reasons {
        match self.call.reason.as_deref() {
            None => Reasons::default(),
            Some(OUTSIDE_LIMITS) => Reasons::new(
                said("No limit of the token let it pass."),
                [
                    said(
                        "If it should pass, change the limits of the token: try the request with them first, and see by replay \
                   what else would change.",
                    ),
                    said(
                        "If it should not, whoever has the token asks for more than it is meant for: look at who that is.",
                    ),
                ],
            ),
            Some("invalid_token") => self.invalid_token(),
            Some("insufficient_scope") => self.insufficient_scope(),
            Some("forbidden") => self.forbidden(),
            Some(code) => self.otherwise(code),
        }
    }

    fn invalid_token(&self) -> Reasons {
        let at = self.call.at;
        let Some(token) = self.token else {
            return Reasons::new(
                said("The token did not work any more, or was not sent as this server takes it."),
                [said("Make a new token, or have the app sign in again.")],
            );
        };
        let networks = token.api().map(|api| api.networks.as_slice()).unwrap_or_default();
        if token.revoked_at.is_some_and(|revoked| revoked <= at) {
            Reasons::new(
                said("The token had been revoked."),
                [said("A revoked token never works again: make a new one.")],
            )
        } else if token.expires_at.is_some_and(|end| end <= at) {
            Reasons::new(said("The token had ended."), [said("Renew it, or make a new one.")])
        } else if !networks.is_empty() && !networks.iter().any(|network| network.contains(self.call.address))
        {
            Reasons::new(
                said("The call came from an address outside the token's networks."),
                [said("Call from one of its networks, or add this one to the token.")],
            )
        } else {
            Reasons::new(
                said(
                    "The token was sent in a way that does not count: with another user's name in front of it, in a way that \
                 tokens.auth_mode rules out, or while its owner could not use it.",
                ),
                [said("Send it as the snippets on the token's page do.")],
            )
        }
    }

    fn insufficient_scope(&self) -> Reasons {
        let missing = self.guard_scopes().and_then(|scopes| {
            let holds = |scope: &String| self.token.is_some_and(|token| token.permit.scopes.contains(scope));
            scopes.into_iter().find(|scope| !holds(scope))
        });
        match missing {
            Some(scope) => Reasons::new(
                said("The guard asks for the scope “{scope}” there, which the token does not hold.")
                    .with("scope", scope),
                [said("Add the scope to the token, or use one that holds it.")],
            ),
            None => Reasons::new(
                said(
                    "The token does not hold the scope that this takes, or did not then; the answer named it.",
                ),
                [said("Add the scope to the token, or use one that holds it.")],
            ),
        }
    }

    fn forbidden(&self) -> Reasons {
        if self.call.url.is_empty() {
            return Reasons::new(
                said(
                    "Whoever asked the guard is none of trusted_proxies, or said of the request what can be read in several ways.",
                ),
                [said(
                    "Add the address of the reverse proxy to trusted_proxies, and set it up as examples/guard does.",
                )],
            );
        }
        let is_guard = self.call.place == Place::Guard;
        if is_guard && self.guard_scopes().is_none() {
            return Reasons::new(
                said(
                    "No route of guard.routes is about this request, and what no route is about is refused.",
                ),
                [said("The operator adds a route for it to the settings, if it should pass.")],
            );
        }
        Reasons::new(
            said("Whoever called may not do this, whatever the token holds."),
            [said(
                "The answer said what it takes, such as a role in an organization or a right on this server.",
            )],
        )
    }

    /// What the guard asks for; `None` if none of its routes is about the call.
    fn guard_scopes(&self) -> Option<Vec<String>> {
        if self.call.place != Place::Guard {
            return None;
        }
        let kept = KeptRequest::read(&self.call.method, &self.call.url);
        let facts = RequestFacts { method: kept.method(), url: kept.url()?, body: Body::Absent };
        self.app.guard_routes.required(&facts).map(|takes| takes.scopes.clone())
    }

    fn otherwise(&self, code: &str) -> Reasons {
        let (why, advice) = match code {
            "too_many_requests" => (
                said("More calls came than are allowed at a time."),
                said("Wait for as long as Retry-After of the answer says, and spread the calls."),
            ),
            "temporarily_unavailable" => (
                said("The server could not do it at that moment."),
                said("Try again; if it goes on, the operator looks into the log."),
            ),
            "server_error" => (
                said("Something went wrong within the server."),
                said("The operator finds the cause in the log, under this id."),
            ),
            "insufficient_user_authentication" => (
                said(
                    "The guard takes a stronger or fresher sign-in there than the one behind the token, if there was one.",
                ),
                said(
                    "The app sends the person to sign in again, with acr_values and max_age as the answer named them.",
                ),
            ),
            "insufficient_subject" => (
                said("This is not for what the token speaks for: a person, an organization or a customer."),
                said("Use a token of the right kind; the answer named it."),
            ),
            "not_found" if self.call.verdict == CallVerdict::Refused => (
                said("contextUser named nobody who can be acted for."),
                said("Name an active account of this server by user name or e-mail."),
            ),
            "not_found" => (
                said("There was nothing at this address, or nothing of theirs."),
                said("Look at /openapi.json for what there is."),
            ),
            "fresh_sign_in_required" => (
                said("This takes somebody who has signed in of late."),
                said("Do it on a page, after signing in again."),
            ),
            "invalid_request" | "invalid_fields" => (
                said("The request was not as it has to be; the answer said what is wrong."),
                said("Look at /openapi.json for what the operation takes."),
            ),
            _ => {
                return Reasons::new(
                    said("The answer gave “{reason}” as the reason.").with("reason", code.replace('_', " ")),
                    [],
                );
            }
        };
        Reasons::new(why, [advice])
    }
}
