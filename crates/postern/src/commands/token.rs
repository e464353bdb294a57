//! `postern token …`

mod bulk;

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use postern_domain::{Lifetime, Plain, Timestamp, TokenId};
use postern_flows::api_tokens::{self, Filter, List, NewToken, Owner, State, Token, TokenDraft};
use postern_flows::{Actor, App, FieldErrors, FormRefusal, Paging, bearer, leaks, organizations, users};
use serde_json::{Value, json};

use super::print_json;
use crate::{instance, settings};

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token for a script of a person's or of an organization's
    Create(CreateArgs),
    /// List personal and organization tokens, the newest first
    List(ListArgs),
    /// End a token at once, for good
    Revoke(TokenArgs),
    /// End all live tokens that match; without --yes it only says what would end
    RevokeMatching(bulk::BulkArgs),
    /// Let the same value live on, or live again
    Renew(TokenArgs),
    /// Give a token a new value; the old one goes on for a while
    Rotate(RotateArgs),
    /// Say what a token is and whether it works
    Explain {
        /// The token; without it, or as “-”, it is read from standard input, which no process list shows
        token: Option<String>,
    },
    /// Print a rule by which gitleaks finds the tokens and secrets of this instance
    ScannerRule,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct OwnerArgs {
    /// The person it acts as, by id, user name or e-mail
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// The organization it acts as, by id, slug or name
    #[arg(long, value_name = "ORG")]
    org: Option<String>,
    /// Bound to no user: it works for any active one, whom Basic names; takes tokens.any_user
    #[arg(long)]
    any_user: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    owner: OwnerArgs,
    /// What its owner calls it
    #[arg(long)]
    name: String,
    /// What it may do; without it, it only says who it is
    #[arg(long = "scope", value_name = "SCOPES", num_args = 1..)]
    scopes: Vec<String>,
    /// How long it lives, such as 90d, or never [default: 30d]
    #[arg(long, value_name = "TIME")]
    expires_in: Option<String>,
    /// An address or network it may be used from; as often as needed [default: any]
    #[arg(long = "network", value_name = "NETWORK", num_args = 1..)]
    networks: Vec<String>,
    /// A limit: which requests it may be used for; as often as needed [default: any request]
    #[arg(long = "limit", value_name = "LINE", num_args = 1..)]
    limits: Vec<String>,
    /// What its owner wants to remember of it
    #[arg(long, default_value = "", hide_default_value = true)]
    note: String,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Those of a person, by id, user name or e-mail
    #[arg(long, value_name = "USER", conflicts_with = "org")]
    user: Option<String>,
    /// Those of an organization, by id, slug or name
    #[arg(long, value_name = "ORG")]
    org: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct TokenArgs {
    /// Its id or name
    #[arg(value_name = "ID")]
    token: String,
}

#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// Its id or name
    #[arg(value_name = "ID")]
    token: String,
    /// How long the old value goes on; 0s ends it at once
    #[arg(long, value_name = "TIME", default_value_t = Lifetime::days(1))]
    overlap: Lifetime,
}

/// Longest text that is read as a token, in bytes.
const LONGEST: u64 = 64 * 1024;

pub(crate) async fn run(config_file: Option<&Path>, command: TokenCommand) -> anyhow::Result<()> {
    let config = settings::load(config_file)?;
    match command {
        TokenCommand::ScannerRule => {
            print!("{}", leaks::scanner_rule(&config.tokens.prefix));
            return Ok(());
        }
        TokenCommand::Explain { token } => {
            let token = match token.filter(|token| token != "-") {
                Some(token) => token,
                None => from_standard_input().context("the token cannot be read from standard input")?,
            };
            let app = instance::open(config).await?;
            return print_json(&bearer::explain(&app, &token).await?);
        }
        _ => {}
    }
    let app = instance::open(config).await?;
    api_tokens::check_mode(&app).await?;
    match command {
        TokenCommand::Create(args) => create(&app, args).await,
        TokenCommand::List(args) => list(&app, args).await,
        TokenCommand::Revoke(args) => revoke(&app, &args.token).await,
        TokenCommand::RevokeMatching(args) => bulk::revoke_matching(&app, args).await,
        TokenCommand::Renew(args) => renew(&app, &args.token).await,
        TokenCommand::Rotate(args) => rotate(&app, args).await,
        TokenCommand::Explain { .. } | TokenCommand::ScannerRule => Ok(()),
    }
}

async fn create(app: &App, args: CreateArgs) -> anyhow::Result<()> {
    let owner = match args.owner.any_user {
        // Somebody answers for it, and it ends with them.
        true => api_tokens::first_administrator(app).await?.map(Owner::User),
        false => owner(app, args.owner.user.as_deref(), args.owner.org.as_deref()).await?,
    };
    let owner =
        owner.context("say whose it is: --user or --org; for --any-user there has to be an administrator")?;
    let scopes = args.scopes.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned);
    let draft = TokenDraft {
        name: args.name,
        note: args.note,
        scopes: scopes.collect(),
        everything: false,
        expiry: args.expires_in.unwrap_or_default(),
        expiry_date: String::new(),
        networks: args.networks,
        limits: args.limits.join("\n"),
        report_only: String::new(),
        any_user: args.owner.any_user,
    };
    let made = api_tokens::make(app, &Actor::operator(), NewToken { owner, draft }).await;
    let made = made.map_err(in_words)?;
    print_json(&answer(&made.token, Some(&made.value)))
}

async fn list(app: &App, args: ListArgs) -> anyhow::Result<()> {
    let list = match owner(app, args.user.as_deref(), args.org.as_deref()).await? {
        Some(owner) => List::Of(owner),
        None => List::Everybody,
    };
    let mut paging = Paging { limit: Paging::MOST, cursor: None };
    let mut items = Vec::new();
    loop {
        let found = api_tokens::list(app, &Actor::operator(), list, &Filter::default(), &paging).await?;
        items.extend(found.items.iter().map(|token| summary(token, app.clock.now())));
        match found.next {
            Some(next) => paging.cursor = Some(next),
            None => return print_json(&json!({ "items": items })),
        }
    }
}

async fn revoke(app: &App, name: &str) -> anyhow::Result<()> {
    let token = api_tokens::revoke(app, &Actor::operator(), named(app, name).await?).await?;
    print_json(&json!({ "id": token.id, "revoked_at": token.revoked_at }))
}

async fn renew(app: &App, name: &str) -> anyhow::Result<()> {
    let token = api_tokens::renew(app, &Actor::operator(), named(app, name).await?).await?;
    // The value stays as it is. Unless it is kept for its owner to see again, nobody but the holder has it.
    let value = match api_tokens::may_reveal(app, &token) {
        true => Some(api_tokens::reveal(app, &Actor::operator(), token.id).await?.1),
        false => None,
    };
    print_json(&answer(&token, value.as_ref()))
}

async fn rotate(app: &App, args: RotateArgs) -> anyhow::Result<()> {
    let id = named(app, &args.token).await?;
    let rotated = api_tokens::rotate(app, &Actor::operator(), id, args.overlap).await?;
    let mut answer = answer(&rotated.made.token, Some(&rotated.made.value));
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("previous_expires_at".to_owned(), json!(rotated.old_ends_at));
    }
    print_json(&answer)
}

fn answer(token: &Token, value: Option<&Plain>) -> Value {
    let mut answer = json!({ "id": token.id, "expires_at": token.expires_at });
    if let (Some(fields), Some(value)) = (answer.as_object_mut(), value) {
        fields.insert("token".to_owned(), json!(value.reveal()));
    }
    answer
}

fn summary(token: &Token, now: Timestamp) -> Value {
    let api = token.api();
    let state = match (token.revoked_at, token.is_live(now)) {
        (Some(_), _) => "revoked",
        (None, true) => "active",
        (None, false) => "expired",
    };
    let personal = token.organization_id.is_none();
    json!({
        "id": token.id,
        "kind": token.kind.spec().code,
        "name": api.map(|api| api.name.clone()),
        "state": state,
        "user_id": token.user_id.filter(|_| personal),
        "organization_id": token.organization_id,
        "scopes": token.permit.scopes,
        "everything": api.is_some_and(|api| api.everything),
        "networks": api.map(|api| api.networks.clone()).unwrap_or_default(),
        "note": api.and_then(|api| api.note.clone()),
        "created_by": api.and_then(|api| api.created_by),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "last_used_at": token.last_used_at,
        "last_used_from": api.and_then(|api| api.last_used_from.clone()),
    })
}

async fn owner(app: &App, user: Option<&str>, org: Option<&str>) -> anyhow::Result<Option<Owner>> {
    Ok(match (user, org) {
        (Some(user), _) => Some(Owner::User(users::find_named(app, user).await?.id)),
        (None, Some(org)) => Some(Owner::Organization(organizations::find_named(app, org).await?.id)),
        (None, None) => None,
    })
}

/// The token that an operator means by its id or by its name, if only one has that name: of those that are not revoked, else
/// of those that are.
pub(super) async fn named(app: &App, name: &str) -> anyhow::Result<TokenId> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let mut found = Vec::new();
    for state in [State::Active, State::Expired] {
        found.extend(api_tokens::find_named(app, name, state).await?);
    }
    if found.is_empty() {
        found = api_tokens::find_named(app, name, State::Revoked).await?;
    }
    match found.as_slice() {
        [token] => Ok(token.id),
        [] => bail!("there is no token “{name}”"),
        several => {
            let ids: Vec<String> = several.iter().map(|token| token.id.to_string()).collect();
            bail!("several tokens are called “{name}”; say which by its id: {}", ids.join(", "))
        }
    }
}

/// A refusal with the flags it is about.
fn in_words(refusal: FormRefusal) -> anyhow::Error {
    match refusal {
        FormRefusal::Fields(FieldErrors(errors)) => {
            let flag = |field: &str| match field {
                "expiry" | "expiry_date" => "--expires-in".to_owned(),
                other => format!("--{}", other.trim_end_matches('s')),
            };
            let lines: Vec<String> =
                errors.iter().map(|error| format!("{}: {}", flag(error.field), error.message)).collect();
            anyhow::anyhow!(lines.join("\n"))
        }
        FormRefusal::Refused(refusal) => refusal.into(),
    }
}

fn from_standard_input() -> std::io::Result<String> {
    let mut text = String::new();
    std::io::stdin().take(LONGEST).read_to_string(&mut text)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
