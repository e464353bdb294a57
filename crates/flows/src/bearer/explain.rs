use postern_domain::{
    ClientIdentifier, Grant, MalformedToken, Permit, Refusal, Timestamp, TokenId, TokenKind, UserId, Username,
};
use postern_storage::tokens::{self, Token};
use serde::Serialize;

use super::SentToken;
use super::holder::holder;
use super::sent::NoToken;
use crate::App;

/// All that the instance knows of a token, for its operator.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// Whether it would be honoured right now.
    pub works: bool,
    /// Why, or why not, in words.
    pub state: String,
    /// What the text itself says, without a look-up.
    #[serde(flatten)]
    pub form: Form,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    row: Option<Row>,
}

/// What the text of a token says.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Form {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind_label: Option<&'static str>,
    checksum: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Row {
    id: TokenId,
    permit: Permit,
    client_id: Option<ClientIdentifier>,
    client_name: Option<String>,
    user_id: Option<UserId>,
    username: Option<Username>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    consumed_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    grant: Option<GrantRow>,
}

#[derive(Clone, Debug, Serialize)]
struct GrantRow {
    id: postern_domain::GrantId,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

/// Explains a text that may be a token. Nothing is changed by it.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn explain(app: &App, text: &str) -> Result<Explanation, Refusal> {
    let SentToken { kind, hash, is_jwt } = match SentToken::parse(app, text) {
        Ok(sent) => sent,
        Err(error) => return Ok(Explanation::of_malformed(error)),
    };
    let (kind_label, checksum) = match is_jwt {
        true => ("access token, a JWT", "absent"),
        false => (kind.spec().label, "right"),
    };
    let form = Form { kind: Some(kind.spec().code), kind_label: Some(kind_label), checksum };
    let Some((token, grant)) = tokens::find_by_hash(&app.db, hash).await? else {
        let state = match kind {
            TokenKind::ClientId | TokenKind::ClientSecret => {
                "no token: it is well formed, and kept with the clients"
            }
            _ => "unknown: it was never issued here, or ended and was deleted since",
        };
        return Ok(Explanation { works: false, state: state.to_owned(), form, row: None });
    };
    let trouble = trouble(app, &token, grant.as_ref()).await?;
    let state = trouble.clone().unwrap_or_else(|| "live".to_owned());
    Ok(Explanation { works: trouble.is_none(), state, form, row: Some(row(app, token, grant).await?) })
}

impl Explanation {
    fn of_malformed(error: NoToken) -> Self {
        let checksum = match error {
            NoToken::OtherJwt | NoToken::Malformed(MalformedToken::Form) => "absent",
            NoToken::Malformed(MalformedToken::OtherInstance) => "right",
            NoToken::Malformed(MalformedToken::Checksum) => "wrong",
        };
        let state = format!("no token of this instance: {error}");
        Self { works: false, state, form: Form { checksum, ..Form::default() }, row: None }
    }
}

/// What stands in the way of the token, if anything does.
async fn trouble(app: &App, token: &Token, grant: Option<&Grant>) -> Result<Option<String>, Refusal> {
    let now = app.clock.now();
    let own = if token.revoked_at.is_some() {
        Some("revoked")
    } else if token.consumed_at.is_some() {
        Some(if token.kind.spec().rotates { "replaced by a newer one" } else { "redeemed" })
    } else if !token.is_live(now) {
        Some("expired")
    } else if grant.is_some_and(|grant| grant.revoked_at.is_some()) {
        Some("revoked with its whole family")
    } else if grant.and_then(|grant| grant.expires_at).is_some_and(|end| end <= now) {
        Some("expired with its whole family")
    } else {
        None
    };
    if let Some(own) = own {
        return Ok(Some(own.to_owned()));
    }
    match holder(app, token, grant).await {
        Ok(_) => Ok(None),
        Err(fallen) if fallen.cause.is_none() => Ok(Some(fallen.description.into_owned())),
        Err(failure) => Err(failure),
    }
}

async fn row(app: &App, token: Token, grant: Option<Grant>) -> Result<Row, Refusal> {
    let client = match token.client_id {
        Some(id) => app.client_by_id(id).await?,
        None => None,
    };
    let user = match token.user_id {
        Some(id) => app.user(id).await?,
        None => None,
    };
    Ok(Row {
        id: token.id,
        permit: token.permit,
        client_id: client.as_ref().map(|client| client.identifier.clone()),
        client_name: client.map(|client| client.metadata.name.to_string()),
        user_id: token.user_id,
        username: user.map(|user| user.username.clone()),
        created_at: token.created_at,
        expires_at: token.expires_at,
        consumed_at: token.consumed_at,
        revoked_at: token.revoked_at,
        last_used_at: token.last_used_at,
        grant: grant.map(|grant| GrantRow {
            id: grant.id,
            created_at: grant.created_at,
            expires_at: grant.expires_at,
            revoked_at: grant.revoked_at,
        }),
    })
}
