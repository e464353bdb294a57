use std::collections::BTreeSet;

use postern_domain::limits::{LimitCaps, LimitSet, RequestLimit};
use postern_domain::{
    AuthenticationContext, CodeChallenge, DISPLAY_VALUES, GrantName, NamedClaims, OrganizationId, Params,
    Prompt, PromptSet, Refusal, ResponseMode, Scopes, Session, SubjectType, Timestamp,
};

use super::checked::Checked;
use super::claims::Claimed;
use super::source::Way;
use super::{pkce, return_to, scopes};
use crate::{App, keys};

/// Longest `nonce`, in bytes: it is kept with the code and signed into the id_token.
const LONGEST_NONCE: usize = 2_048;
/// Longest `login_hint` that is shown again, in bytes.
const LONGEST_HINT: usize = 320;

/// What a request asks for, with every parameter understood (RFC 6749 section 4.1.1, OIDC Core section 3.1.2.1).
#[derive(Debug)]
pub(crate) struct Asked {
    /// For what kind of subject the client wants to speak: `sub_type`.
    pub(super) subject: SubjectType,
    /// What the client wants to be allowed.
    pub(crate) scopes: Scopes,
    /// For which APIs: `resource` (RFC 8707 section 2.1); `None` is any.
    pub(super) resources: Option<BTreeSet<String>>,
    /// Which claims the client names, of those that its scopes stand for.
    pub(super) claims: NamedClaims,
    /// The only authentication contexts that the client takes.
    pub(super) contexts: Option<Vec<String>>,
    /// The authentication contexts that it would rather have than others: `acr_values`.
    pub(super) preferred: Vec<String>,
    /// To which requests the client wants to be limited: `authorization_details`.
    pub(super) limits: Option<LimitSet>,
    /// The redirect URI as the request had it.
    pub(crate) redirect_uri: Option<String>,
    /// `nonce`.
    pub(crate) nonce: Option<String>,
    /// `code_challenge`.
    pub(crate) challenge: Option<CodeChallenge>,
    /// `prompt`.
    pub(crate) prompts: PromptSet,
    /// `max_age` in seconds.
    pub(super) max_age: Option<i64>,
    /// `login_hint`: what to fill in.
    pub(super) login_hint: Option<String>,
    /// Whom `id_token_hint` names.
    pub(super) hinted: Option<String>,
    /// Whom `claims` takes.
    pub(super) claimed: Option<Vec<String>>,
    /// The organization that `id_token_hint` names.
    pub(super) hinted_organization: Option<OrganizationId>,
    /// The organizations that `claims` takes.
    pub(super) claimed_organizations: Option<Vec<String>>,
}

impl Asked {
    /// Reads the parameters, one rule after the other.
    pub(crate) async fn read(app: &App, checked: &Checked) -> Result<Self, Refusal> {
        if let Some(malformed) = &checked.malformed {
            return Err(malformed.clone());
        }
        let (params, client) = (&checked.params, &checked.client.metadata);
        signed_if_it_must(checked)?;
        not_offered(params)?;
        response(params)?;
        if !client.allows_grant(GrantName::AuthorizationCode) {
            return Err(Refusal::unauthorized_client("the client is not registered for authorization_code"));
        }
        let subject = subject_type(params)?;
        let hinted = match params.get("id_token_hint") {
            Some(token) => Some(keys::read_id_token_hint(app, token).await?.sub),
            None => None,
        };
        let claimed = params.get("claims").map(Claimed::read).transpose()?.unwrap_or_default();
        reachable(app, claimed.contexts.as_deref())?;
        let resources = app.resources.named(params.all("resource"))?;
        let scopes = scopes::requested(app, params.get("scope"), client, subject, resources.as_ref())?;
        // Of an organization, `sub` is its id, so these say nothing about who has to be signed in.
        let (hinted_organization, hinted) = match hinted {
            Some(sub) if subject == SubjectType::Organization => organization_of(app, sub).await?,
            hinted => (None, hinted),
        };
        let (taken, taken_organizations) = match subject {
            SubjectType::Organization => (None, claimed.subjects),
            _ => (claimed.subjects, None),
        };
        // The claims are those of a person who signs in.
        let names_claims = subject == SubjectType::User && scopes.contains("openid");
        Ok(Self {
            subject,
            scopes,
            resources,
            claims: if names_claims { claimed.named.within(&client.scopes) } else { NamedClaims::none() },
            contexts: claimed.contexts,
            preferred: preferred(params, claimed.preferred),
            limits: limits(params, app.config.limits.caps())?,
            redirect_uri: params.get("redirect_uri").map(str::to_owned),
            challenge: pkce::challenge(params, client, app.config.clients.require_pkce)?,
            nonce: at_most(params, "nonce", LONGEST_NONCE)?,
            prompts: prompts(params)?,
            max_age: params
                .get("max_age")
                .map(max_age)
                .transpose()?
                .or(client.default_max_age.map(i64::from)),
            login_hint: params.get("login_hint").filter(|hint| hint.len() <= LONGEST_HINT).map(str::to_owned),
            hinted,
            claimed: taken,
            hinted_organization,
            claimed_organizations: taken_organizations,
        })
    }

    /// Whether no page may be shown.
    pub(crate) fn is_quiet(&self) -> bool {
        self.prompts.contains(Prompt::None)
    }

    /// Whether the way somebody signed in is one that the request takes.
    pub(super) fn takes(&self, context: Option<AuthenticationContext>) -> bool {
        self.contexts.as_ref().is_none_or(|taken| is_one_of(taken, context))
    }

    /// Whether the way somebody signed in is one that the request would rather have.
    pub(super) fn prefers(&self, context: Option<AuthenticationContext>) -> bool {
        is_one_of(&self.preferred, context)
    }

    /// Whether the session is older than the request takes. Nothing is younger than zero seconds.
    pub(super) fn is_outlived(&self, session: &Session, now: Timestamp) -> bool {
        self.max_age.is_some_and(|most| most == 0 || now.seconds_since(session.auth_time) > most)
    }
}

fn is_one_of(taken: &[String], context: Option<AuthenticationContext>) -> bool {
    context.is_some_and(|context| taken.iter().any(|value| value == context.as_str()))
}

/// The values that are a wish, whichever way it was said (OIDC Core sections 3.1.2.1 and 5.5.1.1).
fn preferred(params: &Params, claimed: Vec<String>) -> Vec<String> {
    let named = params.get("acr_values").unwrap_or_default().split(' ').filter(|value| !value.is_empty());
    named.map(str::to_owned).chain(claimed).collect()
}

/// That a client which is held to it signed its request (RFC 9101 section 10.5).
fn signed_if_it_must(checked: &Checked) -> Result<(), Refusal> {
    if checked.client.metadata.require_signed_request_object && checked.way == Way::Plain {
        return Err(Refusal::invalid_request_object(
            "this client is registered to send its requests as signed request objects (require_signed_request_object)",
        ));
    }
    Ok(())
}

/// That a client which is held to it pushed its request (RFC 9126 section 6).
pub(super) fn pushed_if_it_must(checked: &Checked) -> Result<(), Refusal> {
    let is_new = matches!(checked.way, Way::Plain | Way::Signed);
    if checked.client.metadata.require_pushed_authorization_requests && is_new {
        return Err(Refusal::invalid_request(
            "this client is registered to push its requests (require_pushed_authorization_requests)",
        ));
    }
    Ok(())
}

/// What this server does not do is said by the code that the standard has for it (OIDC Core section 3.1.2.6).
fn not_offered(params: &Params) -> Result<(), Refusal> {
    if params.get("registration").is_some() {
        return Err(Refusal::registration_not_supported("clients are registered beforehand"));
    }
    Ok(())
}

/// Where a request takes only some authentication contexts, this server has to reach one of them (OIDC Core section
/// 5.5.1.1).
fn reachable(app: &App, taken: Option<&[String]>) -> Result<(), Refusal> {
    let mut reachable = AuthenticationContext::reachable(app.config.is_https());
    let Some(taken) = taken else { return Ok(()) };
    if reachable.any(|context| taken.iter().any(|value| value == context.as_str())) {
        return Ok(());
    }
    Err(Refusal::unmet_authentication_requirements(
        "acr is asked for as essential with values that no sign-in here has; acr_values_supported of the discovery \
         document names those there are",
    ))
}

/// How the answer is to be made and to travel.
fn response(params: &Params) -> Result<(), Refusal> {
    match params.get("response_type") {
        Some("code") => {}
        None => return Err(Refusal::invalid_request("response_type is missing; send response_type=code")),
        Some(_) => return Err(Refusal::unsupported_response_type("the only response_type is code")),
    }
    if params.get("response_mode").is_some_and(|mode| mode.parse::<ResponseMode>().is_err()) {
        return Err(Refusal::invalid_request("response_mode must be query or form_post"));
    }
    at_most(params, "state", return_to::LONGEST_STATE)?;
    if params.get("display").is_some_and(|display| !DISPLAY_VALUES.contains(&display)) {
        return Err(Refusal::invalid_request("display must be page, popup, touch or wap"));
    }
    Ok(())
}

/// The limits of `authorization_details` (RFC 9396).
fn limits(params: &Params, caps: LimitCaps) -> Result<Option<LimitSet>, Refusal> {
    let read = |text| RequestLimit::read(text, caps).map_err(Refusal::invalid_authorization_details);
    params.get("authorization_details").map(read).transpose()
}

fn subject_type(params: &Params) -> Result<SubjectType, Refusal> {
    match params.get("sub_type") {
        None | Some("user") => Ok(SubjectType::User),
        Some("organization") => Ok(SubjectType::Organization),
        Some(_) => Err(Refusal::invalid_request("sub_type must be user or organization")),
    }
}

/// Whether a `sub` is that of an organization; else it stays that of a person.
async fn organization_of(
    app: &App,
    sub: String,
) -> Result<(Option<OrganizationId>, Option<String>), Refusal> {
    if let Ok(id) = sub.parse::<OrganizationId>()
        && app.organization(id).await?.is_some()
    {
        return Ok((Some(id), None));
    }
    Ok((None, Some(sub)))
}

fn prompts(params: &Params) -> Result<PromptSet, Refusal> {
    let prompts = params.get("prompt").map(|text| text.parse().map_err(Refusal::invalid_request));
    Ok(prompts.transpose()?.unwrap_or_default())
}

/// A whole number of seconds, not negative.
fn max_age(text: &str) -> Result<i64, Refusal> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|_| digits);
    seconds.ok_or_else(|| Refusal::invalid_request("max_age must be a whole number of seconds, zero or more"))
}

pub(crate) fn at_most(params: &Params, name: &str, longest: usize) -> Result<Option<String>, Refusal> {
    match params.get(name) {
        Some(value) if value.len() > longest => {
            Err(Refusal::invalid_request(format!("{name} is longer than {longest} bytes")))
        }
        value => Ok(value.map(str::to_owned)),
    }
}
