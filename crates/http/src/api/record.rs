use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Instant;

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use postern_domain::Refusal;
use postern_domain::audit::{Call, CallVerdict, Place, redacted};
use postern_flows::App;
use postern_flows::bearer::{self, Identity, Judgement, OutsideLimits, Verdict};

use super::Problem;
use super::credential::{self, Credential};
use crate::answer::Reason;
use crate::request::RequestId;

/// Longest method that is written down, in characters.
const LONGEST_METHOD: usize = 20;

/// A call that came, for what is written down of it.
pub(crate) struct Came {
    began: Instant,
    place: Place,
    address: IpAddr,
    method: String,
    url: String,
    token: Option<Identity>,
    line: Option<u32>,
    reported: bool,
}

impl Came {
    /// A call that came just now.
    pub(crate) fn now(place: Place, address: IpAddr) -> Self {
        Self {
            began: Instant::now(),
            place,
            address,
            method: String::new(),
            url: String::new(),
            token: None,
            line: None,
            reported: false,
        }
    }

    /// What it asks for.
    pub(crate) fn asks(&mut self, app: &App, method: &str, url: &str) {
        if app.audit.is_enabled() {
            self.method = method.chars().take(LONGEST_METHOD).collect();
            self.url = redacted(url, &app.config.tokens.prefix);
        }
    }

    /// The token that it was made with.
    pub(crate) fn by(&mut self, verdict: &Verdict) {
        self.token = Some(Identity::from(verdict));
    }

    /// The same of one that does not work, if it is or was one of ours.
    pub(crate) async fn by_refused(&mut self, app: &App, headers: &HeaderMap) {
        if let Ok(Some(sent)) = credential::read(app, headers) {
            let (Credential::Bearer(token) | Credential::Basic { token, .. } | Credential::Page(token)) =
                sent;
            self.with_refused(app, &token).await;
        }
    }

    /// The same of a token that was found where others have none.
    pub(crate) async fn with_refused(&mut self, app: &App, token: &str) {
        if app.audit.is_enabled() && self.token.is_none() {
            self.token = bearer::identify(app, token).await;
        }
    }

    /// The token that it is about and was made with, if there is one.
    pub(crate) fn with(&mut self, token: Option<Identity>) {
        self.token = token;
    }

    /// That it can be written down, if it has to be.
    ///
    /// # Errors
    /// `temporarily_unavailable`
    pub(crate) fn can_be_kept(&self, app: &App) -> Result<(), Problem> {
        match self.token {
            Some(_) => app.audit.ready().map_err(Problem::from),
            None => Ok(()),
        }
    }

    /// The line of the limits that lets it pass, counted from 0, or what would have refused it.
    pub(crate) fn passes(&mut self, line: Option<usize>, reported: Option<&OutsideLimits>) {
        self.line = line.and_then(|line| u32::try_from(line).ok()?.checked_add(1));
        self.reported = reported.is_some();
    }

    /// What the limits of its token say.
    ///
    /// # Errors
    /// `outside_limits` that names the lines that were closest.
    pub(crate) fn judged(&mut self, judgement: &Judgement) -> Result<(), Refusal> {
        match judgement {
            Judgement::Passed(line) => self.passes(*line, None),
            Judgement::Reported(outside) => self.passes(None, Some(outside)),
            Judgement::Refused(outside) => return Err(outside.into()),
        }
        Ok(())
    }

    /// Has it written down how it was answered, if it was made with a token.
    pub(crate) fn answered(self, app: &App, response: &Response) {
        let reason = response.extensions().get::<Reason>().map(|code| Cow::Borrowed(code.0));
        let verdict = verdict(self.place, response.status(), reason.is_some());
        if self.place == Place::Guard {
            app.meters.guarded(verdict == CallVerdict::Allowed);
        }
        let Some(token) = self.token.filter(|_| app.audit.is_enabled()) else { return };
        let at = app.clock.now();
        app.audit.call(Call {
            id: RequestId::event().unwrap_or_else(|| app.new_event_id(at)),
            at,
            place: self.place,
            token_id: token.id,
            kind: token.kind,
            user_id: token.user_id,
            acting_for: token.acting_for,
            client_id: token.client_id,
            organization_id: token.organization_id,
            address: self.address,
            method: self.method,
            url: self.url,
            status: response.status().as_u16(),
            verdict: match verdict {
                CallVerdict::Allowed if self.reported => CallVerdict::ReportOnly,
                verdict => verdict,
            },
            reason: if self.reported && reason.is_none() { Some("outside_limits".into()) } else { reason },
            line: self.line,
            latency_us: u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX),
        });
    }
}

/// Whether a call was let through: what was asked for may still not be there, or not make sense. What an API behind the
/// guard answers itself is no refusal of ours.
fn verdict(place: Place, status: StatusCode, ours: bool) -> CallVerdict {
    let refuses = matches!(
        status,
        StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE
    );
    match place {
        Place::Api if refuses => CallVerdict::Refused,
        Place::Guard if refuses && ours => CallVerdict::Refused,
        _ => CallVerdict::Allowed,
    }
}
