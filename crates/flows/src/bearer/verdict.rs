use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use postern_domain::{ApiToken, ErrorCode, Permit, Presented, Refusal, Timestamp, TokenId, TokenKind};
use postern_storage::tokens::{self, Token, TokenData};

use super::SentToken;
use super::holder::{Holder, holder};
use super::identity_token::Minted;
use super::ready_limits::{Ready, ready};
use crate::{App, TokenAuthMode, last_use, standing};

/// What a token that works is worth. Kept in memory until something that it rests on changes.
#[derive(Debug)]
pub struct Verdict {
    /// The token's id.
    pub id: TokenId,
    /// What kind of token it is.
    pub kind: TokenKind,
    /// Who stands behind it.
    pub holder: Holder,
    /// What its owner knows of it, if it is a personal or organization token.
    pub api: Option<ApiToken>,
    /// What it allows right now.
    pub permit: Permit,
    /// The limits of its permit, ready to judge requests.
    pub(super) limits: Ready,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When its use was last written down; 0 is never.
    used_at: AtomicI64,
    /// Whether it replaced another token, whose retry its first use ends.
    refreshed: bool,
    /// What an API behind the guard was last told of it.
    pub(super) minted: Minted,
}

/// What an access token in `Authorization: Bearer` is worth (RFC 6750). Its use is noted.
///
/// # Errors
/// `invalid_token` that says in which way it is none that works; `temporarily_unavailable` or `server_error` if that
/// cannot be found out.
pub async fn verdict(app: &App, token: &str, from: IpAddr) -> Result<Arc<Verdict>, Refusal> {
    let sent = SentToken::parse(app, token)?;
    if !matches!(sent.kind.spec().presented, Presented::Bearer | Presented::BearerOrBasic) {
        let label = sent.kind.spec().label;
        return Err(Refusal::invalid_token(format!("this is a {label}, which is not presented here")));
    }
    let is_api_token = sent.kind.spec().presented == Presented::BearerOrBasic;
    if is_api_token && app.config.tokens.auth_mode == TokenAuthMode::Basic {
        return Err(Refusal::invalid_token(
            "this server takes this token by Basic only: send the base64 of USER:TOKEN",
        ));
    }
    let verdict = presented(app, sent, from).await?;
    if verdict.is_for_any_user() {
        return Err(Refusal::invalid_token(
            "this token is bound to no user: send it by Basic, with the name of the user in front of it",
        ));
    }
    Ok(verdict)
}

/// What a session API token in the header of its own is worth. Its use is noted.
///
/// # Errors
/// Those of [`verdict`].
pub async fn session_verdict(app: &App, token: &str, from: IpAddr) -> Result<Arc<Verdict>, Refusal> {
    if !app.config.session_api_token.enabled {
        return Err(Refusal::invalid_token("this server takes no session API tokens"));
    }
    let sent = SentToken::parse(app, token)?;
    if sent.kind.spec().presented != Presented::Header {
        let label = sent.kind.spec().label;
        return Err(Refusal::invalid_token(format!(
            "this is a {label}, which is not presented in this header"
        )));
    }
    presented(app, sent, from).await
}

pub(super) async fn presented(app: &App, sent: SentToken, from: IpAddr) -> Result<Arc<Verdict>, Refusal> {
    match look_up(app, sent).await? {
        Some(verdict) if verdict.may_come_from(from) => {
            verdict.note_use(app, Some(from)).await?;
            Ok(verdict)
        }
        Some(_) => Err(Refusal::invalid_token("the token may not be used from this address")),
        None => Err(Refusal::invalid_token("the token is unknown, expired or revoked")),
    }
}

/// What a token of any kind is worth; `None` if nothing. Its use is not noted.
pub(super) async fn look_up(app: &App, sent: SentToken) -> Result<Option<Arc<Verdict>>, Refusal> {
    let (now, hash) = (app.clock.now(), sent.hash);
    let epochs = app.db.epochs();
    let known = app.live.verdicts.get(epochs, &hash);
    if let Some(verdict) = known.filter(|verdict| verdict.expires_at.is_none_or(|end| now < end)) {
        return Ok(Some(verdict));
    }
    let since = epochs.now();
    let Some((token, grant)) = tokens::find_by_hash(&app.db, hash).await? else { return Ok(None) };
    let family_lives = grant
        .as_ref()
        .is_none_or(|grant| grant.revoked_at.is_none() && grant.expires_at.is_none_or(|end| now < end));
    if !token.is_live(now) || !family_lives {
        return Ok(None);
    }
    let (holder, permit) = match holder(app, &token, grant.as_ref()).await {
        Ok(held) => held,
        Err(fallen) if fallen.cause.is_none() && fallen.code == ErrorCode::InvalidGrant => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let mut rests_on = vec![token.id.0];
    rests_on.extend(grant.map(|grant| grant.id.0));
    rests_on.extend(holder.rests_on());
    let maker = token.api().and_then(|api| api.created_by).map(|maker| maker.0);
    rests_on.extend(maker.filter(|maker| !rests_on.contains(maker)));
    let permit = match holder.client() {
        Some(client) => {
            let (permit, organizations) = standing::within_admitting(app, client, permit).await?;
            rests_on.extend(organizations.into_iter().map(|id| id.0));
            permit
        }
        None => permit,
    };
    let limits = ready(app, &permit).await?;
    let verdict = Arc::new(Verdict::new(token, holder, permit, limits));
    // Refresh tokens are used once: keeping them would only push others out.
    if verdict.kind != TokenKind::Refresh {
        app.live.verdicts.insert(hash, Arc::clone(&verdict), since, &rests_on);
    }
    Ok(Some(verdict))
}

impl Verdict {
    fn new(token: Token, holder: Holder, permit: Permit, limits: Ready) -> Self {
        Self {
            id: token.id,
            kind: token.kind,
            holder,
            created_at: token.created_at,
            // A session that is not used ends earlier than its token; if it was used since, that is seen afresh.
            expires_at: match token.kind {
                TokenKind::SessionApi => permit.expires_at,
                _ => token.expires_at,
            },
            permit,
            limits,
            used_at: AtomicI64::new(token.last_used_at.map_or(0, |at| at.0)),
            refreshed: token.data == Some(TokenData::Refreshed),
            minted: Minted::default(),
            api: match token.data {
                Some(TokenData::Api(api)) => Some(api),
                _ => None,
            },
        }
    }

    /// The same token with another holder and permit.
    pub(crate) fn with(&self, holder: Holder, permit: Permit) -> Self {
        Self {
            id: self.id,
            kind: self.kind,
            holder,
            api: self.api.clone(),
            permit,
            limits: Arc::clone(&self.limits),
            created_at: self.created_at,
            expires_at: self.expires_at,
            used_at: AtomicI64::new(self.used_at.load(Ordering::Acquire)),
            refreshed: self.refreshed,
            minted: Minted::default(),
        }
    }

    /// Whether it is bound to no user.
    pub fn is_for_any_user(&self) -> bool {
        self.api.as_ref().is_some_and(|api| api.any_user)
    }

    /// Whether its owner lets it be used from this address.
    pub fn may_come_from(&self, address: IpAddr) -> bool {
        self.api.as_ref().is_none_or(|api| {
            api.networks.is_empty() || api.networks.iter().any(|network| network.contains(address))
        })
    }

    /// Whether it holds `scope`.
    pub fn holds(&self, scope: &str) -> bool {
        self.permit.scopes.allow(scope)
    }

    /// Writes down that the token is used, now and then. The first use of one that came from a refresh is written down
    /// before anybody is told anything, because it ends the time in which that refresh may be retried.
    pub(super) async fn note_use(&self, app: &App, from: Option<IpAddr>) -> Result<(), Refusal> {
        let now = app.clock.now();
        let noted = self.used_at.load(Ordering::Acquire);
        if noted != 0 && Timestamp(noted).plus(last_use::TOUCHED_EVERY) > now {
            return Ok(());
        }
        if noted == 0 && self.refreshed {
            last_use::note_token_first(app, self.id, now).await?;
            self.used_at.store(now.0, Ordering::Release);
            return Ok(());
        }
        // Of those who get here at once, one writes.
        if self.used_at.compare_exchange(noted, now.0, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
            last_use::note_token(app, self.id, from, now);
        }
        Ok(())
    }
}
