//! Why a call was refused, and what to do about it.

use postern_domain::audit::{Call, CallVerdict, Place};
use postern_domain::limits::{Body, KeptRequest, RequestFacts};
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
    pub(super) why: Option<String>,
    pub(super) advice: Vec<String>,
}

impl Reasons {
    fn new(why: impl Into<String>, advice: &[&str]) -> Self {
        Self { why: Some(why.into()), advice: advice.iter().map(ToString::to_string).collect() }
    }
}

impl Cause<'_> {
    pub(super) fn reasons(&self) -> Reasons {
        match self.call.reason.as_deref() {
            None => Reasons::default(),
            Some(OUTSIDE_LIMITS) => Reasons::new(
                "No limit of the token let it pass.",
                &[
                    "If it should pass, change the limits of the token: try the request with them first, and see by replay \
                   what else would change.",
                    "If it should not, whoever has the token asks for more than it is meant for: look at who that is.",
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
                "The token did not work any more, or was not sent as this server takes it.",
                &["Make a new token, or have the app sign in again."],
            );
        };
        let networks = token.api().map(|api| api.networks.as_slice()).unwrap_or_default();
        if token.revoked_at.is_some_and(|revoked| revoked <= at) {
            Reasons::new(
                "The token had been revoked.",
                &["A revoked token never works again: make a new one."],
            )
        } else if token.expires_at.is_some_and(|end| end <= at) {
            Reasons::new("The token had ended.", &["Renew it, or make a new one."])
        } else if !networks.is_empty() && !networks.iter().any(|network| network.contains(self.call.address))
        {
            Reasons::new(
                "The call came from an address outside the token's networks.",
                &["Call from one of its networks, or add this one to the token."],
            )
        } else {
            Reasons::new(
                "The token was sent in a way that does not count: with another user's name in front of it, in a way that \
                 tokens.auth_mode rules out, or while its owner could not use it.",
                &["Send it as the snippets on the token's page do."],
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
                format!("The guard asks for the scope “{scope}” there, which the token does not hold."),
                &["Add the scope to the token, or use one that holds it."],
            ),
            None => Reasons::new(
                "The token does not hold the scope that this takes, or did not then; the answer named it.",
                &["Add the scope to the token, or use one that holds it."],
            ),
        }
    }

    fn forbidden(&self) -> Reasons {
        if self.call.url.is_empty() {
            return Reasons::new(
                "Whoever asked the guard is none of trusted_proxies, or said of the request what can be read in several ways.",
                &[
                    "Add the address of the reverse proxy to trusted_proxies, and set it up as examples/guard does.",
                ],
            );
        }
        let is_guard = self.call.place == Place::Guard;
        if is_guard && self.guard_scopes().is_none() {
            return Reasons::new(
                "No route of guard.routes is about this request, and what no route is about is refused.",
                &["The operator adds a route for it to the settings, if it should pass."],
            );
        }
        Reasons::new(
            "Whoever called may not do this, whatever the token holds.",
            &["The answer said what it takes, such as a role in an organization or a right on this server."],
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
        let (why, advice): (&str, &str) = match code {
            "too_many_requests" => (
                "More calls came than are allowed at a time.",
                "Wait for as long as Retry-After of the answer says, and spread the calls.",
            ),
            "temporarily_unavailable" => (
                "The server could not do it at that moment.",
                "Try again; if it goes on, the operator looks into the log.",
            ),
            "server_error" => (
                "Something went wrong within the server.",
                "The operator finds the cause in the log, under this id.",
            ),
            "insufficient_subject" => (
                "This is not for what the token speaks for: a person, an organization or a customer.",
                "Use a token of the right kind; the answer named it.",
            ),
            "not_found" if self.call.verdict == CallVerdict::Refused => (
                "contextUser named nobody who can be acted for.",
                "Name an active account of this server by user name or e-mail.",
            ),
            "not_found" => (
                "There was nothing at this address, or nothing of theirs.",
                "Look at /openapi.json for what there is.",
            ),
            "fresh_sign_in_required" => {
                ("This takes somebody who has signed in of late.", "Do it on a page, after signing in again.")
            }
            "invalid_request" | "invalid_fields" => (
                "The request was not as it has to be; the answer said what is wrong.",
                "Look at /openapi.json for what the operation takes.",
            ),
            _ => {
                return Reasons::new(
                    format!("The answer gave “{}” as the reason.", code.replace('_', " ")),
                    &[],
                );
            }
        };
        Reasons::new(why, &[advice])
    }
}
