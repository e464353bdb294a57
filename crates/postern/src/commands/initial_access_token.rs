//! `postern initial-access-token …`

use std::path::Path;
use std::str::FromStr;

use clap::{Args, Subcommand};
use postern_domain::{InitialAccessToken, InitialAccessTokenId, Lifetime, TokenKind};
use postern_flows::client_registration::{
    NewInitialAccessToken, initial_access_tokens, make_initial_access_token, revoke_initial_access_token,
};
use postern_flows::{App, ClientRegistration};
use serde_json::{Value, json};

use super::print_json;
use crate::{instance, settings};

#[derive(Debug, Subcommand)]
pub(crate) enum InitialAccessTokenCommand {
    /// Make a token by which clients may register themselves
    Create(CreateArgs),
    /// List them: never their values
    List,
    /// End one at once; clients that registered by it stay
    Revoke(RevokeArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// What you call it
    #[arg(long)]
    name: String,
    /// How long it works, such as 24h, or never
    #[arg(long, value_name = "TIME", default_value = "30d")]
    expires_in: Span,
    /// How many clients may register by it [default: any number]
    #[arg(long, value_name = "COUNT")]
    uses: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    /// Its id
    #[arg(value_name = "ID")]
    id: InitialAccessTokenId,
}

/// A time, or without end.
#[derive(Clone, Copy, Debug)]
struct Span(Option<Lifetime>);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "never" {
            return Ok(Self(None));
        }
        text.parse().map(|span| Self(Some(span))).map_err(|error| format!("{error}; or write never"))
    }
}

pub(crate) async fn run(
    config_file: Option<&Path>,
    command: InitialAccessTokenCommand,
) -> anyhow::Result<()> {
    let app = instance::open(settings::load(config_file)?).await?;
    match command {
        InitialAccessTokenCommand::Create(args) => create(&app, args).await,
        InitialAccessTokenCommand::List => list(&app).await,
        InitialAccessTokenCommand::Revoke(args) => revoke(&app, args).await,
    }
}

async fn create(app: &App, args: CreateArgs) -> anyhow::Result<()> {
    let new = NewInitialAccessToken { name: args.name, lifetime: args.expires_in.0, most_uses: args.uses };
    let (token, text) = make_initial_access_token(app, new).await?;
    if app.config.clients.registration == ClientRegistration::Off {
        eprintln!("Nobody can use it yet: set clients.registration = \"initial_access_token\".");
    }
    print_json(&json!({ "id": token.id, "token": text.reveal(), "expires_at": token.expires_at }))
}

async fn list(app: &App) -> anyhow::Result<()> {
    let tokens = initial_access_tokens(app).await?;
    let now = app.clock.now();
    let one = |token: &InitialAccessToken| -> Value {
        json!({
            "id": token.id,
            "kind": TokenKind::InitialAccess.spec().code,
            "name": token.name,
            "works": token.is_live(now),
            "created_at": token.created_at,
            "expires_at": token.expires_at,
            "most_uses": token.most_uses,
            "uses": token.uses,
            "last_used_at": token.last_used_at,
        })
    };
    print_json(&json!({ "items": tokens.iter().map(one).collect::<Vec<_>>() }))
}

async fn revoke(app: &App, args: RevokeArgs) -> anyhow::Result<()> {
    let token = revoke_initial_access_token(app, args.id).await?;
    print_json(&json!({ "id": token.id, "revoked": true }))
}
