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
#[derive(Default)]
struct Wishes {
    app: Cell<Option<Language>>,
    person: Cell<Option<Language>>,
    browser: Option<Language>,
}

/// Runs `work` as the work on a request, with what its address and its headers say.
pub(crate) async fn scope<F: Future>(uri: &Uri, headers: &HeaderMap, work: F) -> F::Output {
    let accepted = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
    let accepted = accepted.collect::<Vec<_>>().join(",");
    let wishes = Wishes {
        app: Cell::new(asked_in(uri.query().unwrap_or_default())),
        person: Cell::new(None),
        browser: Language::accepted(&accepted),
    };
    SPOKEN.scope(wishes, work).await
}

/// The person is known.
pub(crate) fn of_person(user: &User) {
    let own = user.claims.locale.as_ref().and_then(|locale| Language::of_tag(locale.as_str()));
    let _ = SPOKEN.try_with(|wishes| wishes.person.set(own));
}

/// A form of a page was sent: it belongs to the request that the page belonged to.
pub(crate) fn of_form(form: &Params) {
    if let Some(language) = asked_in(&form.to_urlencoded()) {
        let _ = SPOKEN.try_with(|wishes| wishes.app.set(Some(language)));
    }
}

/// The language of the page that is made now.
pub(crate) fn current() -> Language {
    let spoken = SPOKEN.try_with(|wishes| wishes.app.get().or(wishes.person.get()).or(wishes.browser));
    spoken.ok().flatten().unwrap_or_default()
}

/// What a query asks for, or the request that it carries along.
fn asked_in(query: &str) -> Option<Language> {
    let own = named(query);
    own.or_else(|| {
        url::form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| CARRIERS.contains(&name.as_ref()))
            .find_map(|(_, carried)| {
                let marked = || named(carried.split_once(['?', '.'])?.1);
                named(&carried).or_else(marked)
            })
    })
}

fn named(query: &str) -> Option<Language> {
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == PARAMETER)
        .and_then(|(_, tags)| Language::preferred(&tags))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(query: &str) -> Option<&'static str> {
        asked_in(query).map(Language::tag)
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
