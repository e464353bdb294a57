//! In which language a visitor's pages are: the one that the app asks for (`ui_locales`), else the person's own, else the
//! one that the browser asks for, else English. It is decided here and nowhere else.

use std::cell::Cell;
use std::future::Future;

use axum::http::{HeaderMap, Uri, header};
use postern_domain::{Params, User};
use postern_templating::Language;

/// The parameter of an authorization request and of a logout request (OIDC Core section 3.1.2.1, RP-Initiated Logout
/// section 2).
const PARAMETER: &str = "ui_locales";
/// The fields of pages and addresses in which such a request goes along: `return_to` is the own path of one, `request` is
/// one with a mark of this server in front.
const CARRIERS: [&str; 2] = ["return_to", "request"];

tokio::task_local! {
    static SPOKEN: Wishes;
}

/// Who wants which language, of those there are.
pub(crate) struct Wishes {
    app: Cell<Option<Language>>,
    person: Cell<Option<Language>>,
    browser: Option<Language>,
}

impl Wishes {
    /// What a request's address and headers say.
    pub(crate) fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let accepted =
            headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
        let accepted = accepted.collect::<Vec<_>>().join(",");
        Self {
            app: Cell::new(asked_in(pairs(uri.query().unwrap_or_default()))),
            person: Cell::new(None),
            browser: Language::accepted(&accepted),
        }
    }

    /// Runs `work` as the work on that request.
    pub(crate) async fn scope<F: Future>(self, work: F) -> F::Output {
        SPOKEN.scope(self, work).await
    }
}

/// The person is known.
pub(crate) fn of_person(user: &User) {
    let own = user.claims.locale.as_ref().and_then(|locale| Language::of_tag(locale.as_str()));
    let _ = SPOKEN.try_with(|wishes| wishes.person.set(own));
}

/// A form of a page was sent: it belongs to the request that the page belonged to.
pub(crate) fn of_form(form: &Params) {
    if let Some(language) = asked_in(form.iter()) {
        let _ = SPOKEN.try_with(|wishes| wishes.app.set(Some(language)));
    }
}

/// The language of the page that is made now.
pub(crate) fn current() -> Language {
    let spoken = SPOKEN.try_with(|wishes| wishes.app.get().or(wishes.person.get()).or(wishes.browser));
    spoken.ok().flatten().unwrap_or_default()
}

/// What the parameters ask for, or the request that they carry along.
fn asked_in<T: AsRef<str>>(parameters: impl Iterator<Item = (T, T)> + Clone) -> Option<Language> {
    let carried = || {
        parameters.clone().filter(|(name, _)| CARRIERS.contains(&name.as_ref())).find_map(|(_, carried)| {
            let carried = carried.as_ref();
            let marked = || named(pairs(carried.split_once(['?', '.'])?.1));
            named(pairs(carried)).or_else(marked)
        })
    };
    named(parameters.clone()).or_else(carried)
}

fn named<T: AsRef<str>>(mut parameters: impl Iterator<Item = (T, T)>) -> Option<Language> {
    let (_, tags) = parameters.find(|(name, _)| name.as_ref() == PARAMETER)?;
    Language::preferred(tags.as_ref())
}

fn pairs(query: &str) -> url::form_urlencoded::Parse<'_> {
    url::form_urlencoded::parse(query.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(query: &str) -> Option<&'static str> {
        asked_in(pairs(query)).map(Language::tag)
    }

    #[test]
    fn the_request_is_found_wherever_it_goes_along() {
        for query in [
            "client_id=a&ui_locales=de",
            "ui_locales=tlh+de-CH+en",
            "return_to=%2Fv1%2Foauth2%2Fauthorize%3Fclient_id%3Da%26ui_locales%3Dde",
            "form_token=x&request=bWFyaw.ui_locales%3Dde%26client_id%3Da",
            "request=organization%3Fclient_id%3Da%26ui_locales%3Dde",
            "request=client_id%3Da%26ui_locales%3Dde",
            "request=ui_locales%3Dde%26id_token_hint%3Da.b.c",
        ] {
            assert_eq!(tag(query), Some("de"), "{query}");
        }
        for query in [
            "",
            "ui_locales=",
            "ui_locales=tlh",
            "locale=de",
            "return_to=%2F",
            "return_to=%2F%3Fx%3Dui_locales%253Dde",
        ] {
            assert_eq!(tag(query), None, "{query}");
        }
    }
}
