//! T11: every parameter of every endpoint, far too long. What it costs is printed, not judged.

use postern_tests::{
    Answer, Browser, Engine, Form, Instance, OAuthClient, Registration, Request, Tokens, on_both_databases,
};

use crate::scene::{Scene, fingerprint};

/// What nobody needs, in bytes. A value of the first size is looked at; the others are longer than any may be.
const SIZES: [usize; 4] = [4 * 1024, 20_000, 64 * 1024, 1024 * 1024];
/// Longest target that the HTTP client here sends.
const LONGEST_TARGET: usize = 60_000;

/// Parameters of an authorization request that mean something to this server.
const UNDERSTOOD: [&str; 17] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "id_token_hint",
    "display",
    "claims",
    "request",
    "request_uri",
    "registration",
    "response_mode",
    "sub_type",
];
/// Those that are only a hint, made up, or not known at all: of 4 kB they are as good as not there. A `state` of that size
/// is the longest that is taken.
const PASSED_OVER: [&str; 7] = [
    "state",
    "login_hint",
    "acr_values",
    "ui_locales",
    "claims_locales",
    "postern_interaction",
    "unheard_of",
];

/// Parameters of the other endpoints with what one of 4 kB gets beside a request that is right otherwise. A token that is
/// nobody's is no error there (RFC 7009 section 2.2, RFC 7662 section 2.2).
const AT_ENDPOINTS: [(&str, &str, u16); 14] = [
    ("/v1/oauth2/token", "grant_type", 400),
    ("/v1/oauth2/token", "refresh_token", 400),
    ("/v1/oauth2/token", "scope", 400),
    ("/v1/oauth2/token", "client_id", 400),
    ("/v1/oauth2/token", "client_secret", 400),
    ("/v1/oauth2/token", "unheard_of", 200),
    ("/v1/oauth2/introspect", "token", 200),
    ("/v1/oauth2/introspect", "token_type_hint", 200),
    ("/v1/oauth2/introspect", "client_id", 400),
    ("/v1/oauth2/introspect", "unheard_of", 200),
    ("/v1/oauth2/revoke", "token", 200),
    ("/v1/oauth2/revoke", "token_type_hint", 200),
    ("/v1/oauth2/revoke", "client_secret", 400),
    ("/v1/oauth2/revoke", "unheard_of", 200),
];

/// Parameters of the queries of pages.
const IN_QUERIES: [(&str, &str); 11] = [
    ("/login", "return_to"),
    ("/login", "done"),
    ("/login", "other"),
    ("/register", "return_to"),
    ("/setup", "token"),
    ("/reauthenticate", "return_to"),
    ("/settings/profile", "draft"),
    ("/settings/applications", "cursor"),
    ("/developer/clients", "cursor"),
    ("/developer/clients/CLIENT", "done"),
    ("/consent", "request"),
];

/// Whether a body of this size may be cut off, so that its answer may not get through.
const fn may_be_cut_off(size: usize) -> bool {
    size >= 60_000
}

/// Sends a request on a connection of its own; none if the server closed it before all of a large body had come.
async fn send(instance: &Instance, browser: &Browser, request: Request, size: usize) -> Option<Answer> {
    let answer = instance.wire().try_send(browser.dressed(request)).await;
    assert!(answer.is_ok() || may_be_cut_off(size), "{answer:?}");
    answer.ok()
}

/// Where an authorization request came to: `None` is a refusal, be it here or at the app.
fn code(answer: &Answer) -> Option<String> {
    let query = answer.location().map(|url| url.query().unwrap_or_default().to_owned()).unwrap_or_default();
    let code = query.split('&').find_map(|pair| pair.strip_prefix("code="));
    let is_refused = query.contains("error=") || [400, 413, 414, 431].contains(&answer.status);
    assert!(code.is_some() != is_refused, "{answer:?}");
    code.map(str::to_owned)
}

async fn authorizations(instance: &Instance, browser: &Browser, client: &OAuthClient) {
    let names = UNDERSTOOD.iter().map(|name| (*name, false)).chain(PASSED_OVER.map(|name| (name, true)));
    for (name, is_passed_over) in names {
        for size in SIZES {
            let request = client.authorization().with(name, &"a".repeat(size));
            let goes_on = is_passed_over && size == SIZES[0];
            if size < LONGEST_TARGET {
                let answer = browser.send(Request::get(request.target())).await;
                assert_eq!(code(&answer).is_some(), goes_on, "{name} of {size}: {answer:?}");
            }
            let form = request.pairs().iter().map(|(name, value)| (name, value));
            let posted = Request::post("/v1/oauth2/authorize").form(form);
            let Some(answer) = send(instance, browser, posted, size).await else { continue };
            let answer = browser.follow(answer).await;
            assert_eq!(code(&answer).is_some(), goes_on, "{name} of {size} by POST: {answer:?}");
        }
    }
    for many in [8_000, 10_000, 20_000] {
        let request = client.authorization().with("scope", &vec!["a"; many].join(" "));
        if many * 2 < LONGEST_TARGET {
            assert_eq!(code(&browser.send(Request::get(request.target())).await), None, "{many} scopes");
        }
        let form = request.pairs().iter().map(|(name, value)| (name, value));
        let answer = browser.send(Request::post("/v1/oauth2/authorize").form(form)).await;
        assert_eq!(code(&browser.follow(answer).await), None, "{many} scopes by POST");
    }
}

async fn endpoints(instance: &Instance, browser: &Browser, client: &OAuthClient) {
    let tokens = client.tokens(browser).await;
    for (path, name, status) in AT_ENDPOINTS {
        for size in SIZES {
            let long = "a".repeat(size);
            let grant = [("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh), ("token", "x")];
            let pairs: Vec<_> = grant
                .into_iter()
                .filter(|(known, _)| *known != name)
                .chain([(name, long.as_str())])
                .collect();
            let request = client.request(path, &pairs);
            let Some(answer) = send(instance, &instance.browser(), request, size).await else { continue };
            let wanted = if size == SIZES[0] { status } else { 400 };
            assert!(answer.status == wanted || answer.status == 413, "{path} {name} of {size}: {answer:?}");
            assert!(!answer.text().contains(&long), "{path} {name} of {size} is repeated");
        }
    }
    for name in ["code", "redirect_uri", "code_verifier"] {
        for size in SIZES {
            let request = client.authorization();
            let code = browser.authorize(&request).await.code().to_owned();
            let verifier = request.verifier.clone().unwrap();
            let right = [
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", &client.redirect_uri),
                ("code_verifier", &verifier),
            ];
            let long = "a".repeat(size);
            let pairs =
                right.map(|(known, value)| (known, if known == name { long.as_str() } else { value }));
            let Some(answer) =
                send(instance, &instance.browser(), client.request("/v1/oauth2/token", &pairs), size).await
            else {
                continue;
            };
            assert!([400, 413].contains(&answer.status), "{name} of {size}: {answer:?}");
        }
    }
    for size in SIZES {
        let (long, userinfo) = ("a".repeat(size), "/v1/oauth2/userinfo");
        let in_form = Request::post(userinfo).form([("access_token", &long)]);
        let in_header = Request::get(userinfo).bearer(&long);
        let basic = Request::post("/v1/oauth2/introspect").form([("token", "x")]).basic(&long, &long);
        for request in [in_form, in_header, basic] {
            let Some(answer) = instance.wire().try_send(request).await.ok() else { continue };
            assert!([400, 401, 413, 431].contains(&answer.status), "credentials of {size}: {answer:?}");
        }
    }
    for many in [8_000, 10_000, 20_000] {
        let scope = vec!["a"; many].join(" ");
        assert_eq!(client.refresh_to(&tokens.refresh, &scope).await.status, 400, "{many} scopes");
    }
    // Nothing of all that was a use of the refresh token.
    let _ = Tokens::read(&client.refresh(&tokens.refresh).await);
}

/// The forms that a page sends to the server, with the fields of each.
fn fields(page: &Answer) -> Vec<(Form, Vec<String>)> {
    let forms = Form::all(&page.document()).into_iter().filter(|form| form.is_post);
    forms.map(|form| (form.clone(), form.names())).collect()
}

/// Pages that those of the dashboard do not lead to, with whether somebody has to be signed in. The others are tried by
/// following links (`teams::long`).
const UNLINKED: [(&str, bool); 4] =
    [("/login", false), ("/register", false), ("/logout", true), ("/reauthenticate", true)];

async fn pages(instance: &Instance, scene: &Scene) {
    let mut tried = 0;
    for (path, needs_person) in UNLINKED {
        let stranger = instance.browser();
        let browser = if needs_person { &scene.browser } else { &stranger };
        let page = browser.open(&scene.say(path)).await.expect(200);
        for (form, names) in fields(&page) {
            for (name, size) in names.iter().flat_map(|name| SIZES.map(|size| (name, size))) {
                let request = Browser::request(&page, &form.clone().forge(name, &"a".repeat(size)));
                let Some(answer) = send(instance, browser, request, size).await else { continue };
                assert!(
                    [400, 403, 404, 413, 422].contains(&answer.status),
                    "{path} {name} of {size}: {answer:?}"
                );
                tried += 1;
            }
        }
    }
    println!("{tried} fields of forms");
    for (path, name) in IN_QUERIES {
        for size in SIZES.into_iter().filter(|size| *size < LONGEST_TARGET) {
            let request = Request::get(scene.say(path)).query([(name, "a".repeat(size))]);
            let answer = scene.browser.send(request).await;
            assert!(answer.status < 500, "{path} {name} of {size}: {answer:?}");
            let to = answer.location().unwrap_or_else(|| instance.public_url().clone());
            assert_eq!(to.origin(), instance.public_url().origin(), "{path} {name} of {size}: {answer:?}");
        }
    }
}

on_both_databases! {
    async fn what_is_far_too_long_is_an_error(engine: Engine) {
        let instance = Instance::start_with(engine, &[("registration.open", "true")]).await;
        let scene = Scene::set(&instance).await;
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let _ = client.tokens(&browser).await;
        let before = (instance.processor_time(), fingerprint(&instance).await);
        pages(&instance, &scene).await;
        assert_eq!(fingerprint(&instance).await, before.1, "a page took something");
        let after_pages = instance.processor_time();
        authorizations(&instance, &browser, &client).await;
        let after_authorizations = instance.processor_time();
        endpoints(&instance, &browser, &client).await;
        let spent = [after_pages - before.0, after_authorizations - after_pages, instance.processor_time() - after_authorizations];
        println!("processor time of the server: pages {:?}, authorizations {:?}, endpoints {:?}", spent[0], spent[1], spent[2]);
        let pairs = (0..10_000).map(|at| (format!("p{at}"), "x"));
        let many = client.wire().try_send(Request::post("/v1/oauth2/token").form(pairs)).await;
        assert!(many.as_ref().map_or(true, |answer| [400, 413].contains(&answer.status)), "10,000 parameters: {many:?}");
    }
}
