use postern_domain::{
    Client, ClientId, ClientType, CodeBinding, CodeVerifier, Grant as Granted, GrantName, Params, Refusal,
    SessionClient, SessionId, Timestamp, TokenHash, TokenKind, TokenText,
};
use postern_storage::tokens::{self, Token, TokenData};
use postern_storage::{OneTime, consume, grants, session_clients};

use super::details::within_details;
use super::resources::within_resources;
use super::{Exchange, Grant, Request, revoke_family};
use crate::issue::{self, Issued, Order, TokenAnswer};
use crate::{App, Config, RequirePkce, standing};

/// RFC 6749 section 4.1.
pub(super) struct AuthorizationCode;

impl Grant for AuthorizationCode {
    fn name(&self) -> GrantName {
        GrantName::AuthorizationCode
    }

    fn public_clients(&self) -> bool {
        true
    }

    fn enabled(&self, _config: &Config) -> bool {
        true
    }

    fn exchange<'a>(&'a self, app: &'a App, request: Request<'a>) -> Exchange<'a> {
        Box::pin(redeem(app, request))
    }
}

async fn redeem(app: &App, Request { client, params, now }: Request<'_>) -> Result<TokenAnswer, Refusal> {
    let text = params.get("code").ok_or_else(|| Refusal::invalid_request("code is missing"))?;
    let text = TokenText::parse(&app.config.tokens.prefix, text).map_err(|_| refused())?;
    let hash = app.secret_key.hash(&text);
    let found = tokens::find_by_hash(&app.db, hash).await?;
    let Some((code, binding, user)) = found.and_then(|(token, _)| as_code(token)) else {
        return Err(refused());
    };
    // RFC 6749 section 4.1.3: the code was issued to this client. Another one learns nothing and changes nothing.
    if code.client_id != Some(client.id) {
        return Err(refused());
    }
    // RFC 6749 section 4.1.2: a code that comes twice was stolen, or its tokens may be.
    if code.consumed_at.is_some() {
        revoke_family(app, binding.grant_id, now).await?;
        return Err(refused());
    }
    if !code.is_live(now) {
        return Err(refused());
    }
    check_redirect_uri(&binding, client, params)?;
    check_pkce(&binding, client, params, app.config.clients.require_pkce)?;
    let permit = within_details(app, code.permit, params)?;
    let standing = standing::check(app, client, user, &permit).await?;
    let access = within_resources(app, &standing.permit, params)?;
    let grant = Granted {
        id: binding.grant_id,
        client_id: client.id,
        user_id: user,
        expires_at: app.config.lifetimes.grant.map(|lifetime| now.plus(lifetime)),
        permit: standing.permit.clone(),
        authentication: binding.authentication,
        created_at: now,
        revoked_at: None,
    };
    let order = Order {
        client,
        standing: &standing,
        permit: &standing.permit,
        access: &access,
        grant: &grant,
        nonce: binding.nonce.as_deref(),
        refreshed: false,
        now,
    };
    let Issued { answer, tokens } = issue::tokens(app, &order).await?;
    let session = grant.authentication.session_id;
    let part = answer.id_token.is_some().then(|| SessionClient {
        id: app.new_id(),
        session_id: session,
        client_id: client.id,
        subject: grant.permit.subject,
    });
    let redemption = Redemption { hash, client: client.id, session, part, grant, tokens, now };
    if commit(app, redemption).await? { Ok(answer) } else { Err(refused()) }
}

/// The one answer to every code that is no good (RFC 6749 section 5.2): which of the reasons it is helps only a thief.
fn refused() -> Refusal {
    Refusal::invalid_grant(
        "the code is not valid: it is unknown, expired, already redeemed or issued to another client, or the person has \
         signed out since",
    )
}

fn as_code(token: Token) -> Option<(Token, CodeBinding, postern_domain::UserId)> {
    if token.kind != TokenKind::AuthorizationCode {
        return None;
    }
    match (token.data.clone(), token.user_id) {
        (Some(TokenData::Code(binding)), Some(user)) => Some((token, binding, user)),
        _ => None,
    }
}

/// RFC 6749 section 4.1.3: the same redirect URI as in the authorization request, if it had one.
fn check_redirect_uri(binding: &CodeBinding, client: &Client, params: &Params) -> Result<(), Refusal> {
    let same = match (&binding.redirect_uri, params.get("redirect_uri")) {
        (Some(expected), Some(sent)) => expected == sent,
        (Some(_), None) => false,
        (None, Some(sent)) => client.metadata.redirect_uris.iter().any(|known| known.as_str() == sent),
        (None, None) => true,
    };
    if same {
        return Ok(());
    }
    Err(Refusal::invalid_grant("redirect_uri is not the one that the authorization request had"))
}

/// RFC 7636 section 4.6 and RFC 9700 section 2.1.1: a challenge needs its verifier, and a verifier its challenge.
fn check_pkce(
    binding: &CodeBinding,
    client: &Client,
    params: &Params,
    policy: RequirePkce,
) -> Result<(), Refusal> {
    let metadata = &client.metadata;
    let required =
        metadata.client_type == ClientType::Public || metadata.require_pkce || policy == RequirePkce::All;
    let refused = match (&binding.code_challenge, params.get("code_verifier")) {
        (Some(challenge), Some(verifier)) => {
            let verifier =
                CodeVerifier::parse(verifier).map_err(|error| Refusal::invalid_grant(error.to_string()))?;
            if challenge.is_met_by(&verifier) {
                return Ok(());
            }
            "code_verifier does not belong to the code_challenge of the authorization request"
        }
        (Some(_), None) => "code_verifier is missing: the authorization request had a code_challenge",
        (None, Some(_)) => "code_verifier was sent, but the authorization request had no code_challenge",
        (None, None) if required => "this client must use PKCE (RFC 7636)",
        (None, None) => return Ok(()),
    };
    Err(Refusal::invalid_grant(refused))
}

/// All that redeeming a code changes.
struct Redemption {
    hash: TokenHash,
    client: ClientId,
    session: SessionId,
    /// Where an id_token is issued, the client is told when the session ends.
    part: Option<SessionClient>,
    grant: Granted,
    tokens: Vec<Token>,
    now: Timestamp,
}

/// Answers whether this was the one redemption. If another one was faster, what that one got dies.
async fn commit(app: &App, redemption: Redemption) -> Result<bool, Refusal> {
    app.db
        .write(redemption, |tx, it| {
            Box::pin(async move {
                let what = OneTime::Code { client: it.client, session: it.session };
                if !consume(tx, what, it.hash, it.now).await? {
                    grants::revoke(tx, it.grant.id, it.now).await?;
                    return Ok(false);
                }
                if let Some(part) = &it.part
                    && !session_clients::join(tx, part).await?
                {
                    return Err(refused());
                }
                grants::insert(tx, &it.grant).await?;
                tokens::insert_many(tx, &it.tokens).await?;
                Ok(true)
            })
        })
        .await
}
