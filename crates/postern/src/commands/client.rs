//! `postern client …`

mod protocol;

use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use postern_domain::{AuthMethod, Client, ClientOwner, ClientType, GrantName, Lifetime, Plain};
use postern_flows::clients::{self, ClientDraft, Manager, NewClient};
use postern_flows::{App, FieldErrors, FormRefusal, organizations, users};
use postern_storage::clients::ClientUsage;
use serde_json::{Value, json};

use self::protocol::ProtocolArgs;
use super::print_json;
use crate::{instance, settings};

/// How many clients are read at a time.
const PAGE: u64 = 500;

#[derive(Debug, Subcommand)]
pub(crate) enum ClientCommand {
    /// Register an OAuth client
    Create(Box<CreateArgs>),
    /// List all clients
    List,
    /// Show a client: what is registered, its secrets' last characters, its use, its refused calls
    Show(ClientArgs),
    /// Give a client a new secret; the old one goes on for a while
    RotateSecret(RotateArgs),
    /// Close a client: none of its tokens works until it is opened again
    Close(ClientArgs),
    /// Open a closed client again
    Open(ClientArgs),
    /// Delete a client; its tokens stop working at once
    Delete(ClientArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// What people are told the app is called
    #[arg(long)]
    name: String,
    /// confidential (it keeps a secret on a server) or public (it runs on people's devices)
    #[arg(long = "type", value_name = "TYPE")]
    client_type: ClientType,
    /// Where people come back to; as often as needed
    #[arg(long = "redirect-uri", value_name = "URI", required = true, num_args = 1..)]
    redirect_uris: Vec<String>,
    /// The most it may ask for
    #[arg(long = "scope", value_name = "SCOPES", default_value = "openid profile email", num_args = 1..)]
    scopes: Vec<String>,
    /// The app's home page
    #[arg(long, value_name = "URL")]
    homepage_url: Option<String>,
    /// The account it belongs to, by id, user name or e-mail [default: the instance itself]
    #[arg(long, value_name = "USER")]
    owner: Option<String>,
    /// The organization it belongs to, by id, slug or name
    #[arg(long, value_name = "ORG", conflicts_with = "owner")]
    owner_org: Option<String>,
    /// The one way it may authenticate in [default: client_secret_basic or client_secret_post]
    #[arg(long, value_name = "METHOD")]
    auth_method: Option<AuthMethod>,
    /// A grant it may use; as often as needed [default: authorization_code refresh_token]
    #[arg(long = "grant", value_name = "GRANT", num_args = 1..)]
    grants: Vec<GrantName>,
    /// Refuse its requests without PKCE, even though it has a secret
    #[arg(long)]
    require_pkce: bool,
    /// The client_id it had on another server
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Read the secret it had on another server from standard input
    #[arg(long)]
    client_secret_stdin: bool,
    /// Where people may come back to after signing out; as often as needed
    #[arg(long = "post-logout-redirect-uri", value_name = "URI", num_args = 1..)]
    post_logout_redirect_uris: Vec<String>,
    /// It may introspect tokens that others were issued
    #[arg(long)]
    resource_server: bool,
    /// First party: people are not asked for consent
    #[arg(long)]
    trusted: bool,
    #[command(flatten)]
    protocol: ProtocolArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ClientArgs {
    /// Its client_id, id or name
    #[arg(value_name = "ID")]
    client: String,
}

#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// Its client_id, id or name
    #[arg(value_name = "ID")]
    client: String,
    /// How long the old secret goes on; 0s ends all old ones at once
    #[arg(long, value_name = "TIME", default_value_t = clients::SECRET_OVERLAP)]
    overlap: Lifetime,
}

pub(crate) async fn run(config_file: Option<&Path>, command: ClientCommand) -> anyhow::Result<()> {
    let app = instance::open(settings::load(config_file)?).await?;
    match command {
        ClientCommand::Create(args) => create(&app, *args).await,
        ClientCommand::List => list(&app).await,
        ClientCommand::Show(args) => show(&app, &args.client).await,
        ClientCommand::RotateSecret(args) => rotate_secret(&app, args).await,
        ClientCommand::Close(args) => set_closed(&app, &args.client, true).await,
        ClientCommand::Open(args) => set_closed(&app, &args.client, false).await,
        ClientCommand::Delete(args) => delete(&app, &args.client).await,
    }
}

async fn create(app: &App, args: CreateArgs) -> anyhow::Result<()> {
    let secret = if args.client_secret_stdin { Some(secret_from_stdin()?) } else { None };
    let owner = match (&args.owner, &args.owner_org) {
        (Some(name), _) => ClientOwner::User(users::find_named(app, name).await?.id),
        (None, Some(name)) => ClientOwner::Organization(organizations::find_named(app, name).await?.id),
        (None, None) => ClientOwner::Instance,
    };
    let identifier = args.client_id.clone();
    let new = NewClient { draft: draft(args)?, owner, identifier, secret };
    let made = clients::create(app, Manager::Operator, new).await.map_err(in_words)?;
    let mut answer = json!({ "client_id": made.client.identifier });
    add_secret(&mut answer, made.secret.as_ref());
    print_json(&answer)
}

fn draft(args: CreateArgs) -> anyhow::Result<ClientDraft> {
    let words = |texts: Vec<String>| {
        texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect()
    };
    let grants = if args.grants.is_empty() { GrantName::ALL.to_vec() } else { args.grants };
    Ok(ClientDraft {
        name: args.name,
        client_type: args.client_type.to_string(),
        redirect_uris: args.redirect_uris,
        post_logout_redirect_uris: args.post_logout_redirect_uris,
        scopes: words(args.scopes),
        homepage_url: args.homepage_url.unwrap_or_default(),
        auth_method: args.auth_method.map(|method| method.to_string()).unwrap_or_default(),
        grants: grants.iter().map(ToString::to_string).collect(),
        require_pkce: args.require_pkce,
        trusted: Some(args.trusted),
        resource_server: Some(args.resource_server),
        protocol: args.protocol.draft()?,
        ..ClientDraft::default()
    })
}

async fn list(app: &App) -> anyhow::Result<()> {
    let mut items = Vec::new();
    let mut before = None;
    loop {
        let page = clients::list(app, Manager::Operator, before, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        before = Some(last.id);
        items.extend(page.iter().map(|(client, usage)| summary(client, *usage)));
    }
    print_json(&json!({ "items": items }))
}

async fn show(app: &App, name: &str) -> anyhow::Result<()> {
    let client = clients::find_named(app, name).await?;
    let insight = clients::insight(app, &client).await?;
    let mut answer = summary(&client, insight.usage);
    let secrets: Vec<Value> = client
        .live_secrets(app.clock.now())
        .map(|secret| {
            json!({
                "id": secret.id,
                "hint": secret.hint,
                "created_at": secret.created_at,
                "expires_at": secret.expires_at,
                "last_used_at": secret.last_used_at,
            })
        })
        .collect();
    let errors: Vec<Value> = insight
        .refused
        .iter()
        .map(|call| {
            json!({
                "last_at": call.last_at,
                "endpoint": call.endpoint,
                "error": call.code,
                "error_description": call.reason,
                "count": call.count,
            })
        })
        .collect();
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("metadata".to_owned(), serde_json::to_value(&client.metadata)?);
        fields.insert("secrets".to_owned(), secrets.into());
        fields.insert("errors".to_owned(), errors.into());
    }
    print_json(&answer)
}

async fn rotate_secret(app: &App, args: RotateArgs) -> anyhow::Result<()> {
    let client = clients::find_named(app, &args.client).await?;
    let id = client.id.to_string();
    let rotated = clients::rotate_secret(app, Manager::Operator, &id, args.overlap).await?;
    if let Some(end) = rotated.old_ends_at {
        eprintln!("The old secret goes on working for {} ({}).", args.overlap, end.0);
    }
    let mut answer = json!({ "client_id": rotated.client.identifier });
    add_secret(&mut answer, Some(&rotated.secret));
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("previous_expires_at".to_owned(), json!(rotated.old_ends_at));
    }
    print_json(&answer)
}

async fn set_closed(app: &App, name: &str, closed: bool) -> anyhow::Result<()> {
    let client = clients::find_named(app, name).await?;
    let client = clients::set_closed(app, Manager::Operator, &client.id.to_string(), closed).await?;
    print_json(&json!({ "client_id": client.identifier, "disabled": client.disabled }))
}

async fn delete(app: &App, name: &str) -> anyhow::Result<()> {
    let client = clients::find_named(app, name).await?;
    clients::delete(app, Manager::Operator, &client.id.to_string()).await?;
    print_json(&json!({ "client_id": client.identifier, "deleted": true }))
}

fn summary(client: &Client, usage: ClientUsage) -> Value {
    json!({
        "id": client.id,
        "client_id": client.identifier,
        "name": client.metadata.name,
        "type": client.metadata.client_type,
        "owner": match client.owner {
            ClientOwner::User(id) => json!({ "user": id }),
            ClientOwner::Organization(id) => json!({ "organization": id }),
            ClientOwner::Instance | ClientOwner::Nobody => Value::Null,
        },
        "registered_itself": client.owner == ClientOwner::Nobody,
        "disabled": client.disabled,
        "created_at": client.created_at,
        "updated_at": client.updated_at,
        "last_used_at": client.last_used_at,
        "users": usage.users,
        "live_tokens": usage.live_tokens,
        "recent_errors": usage.recent_errors,
        "unused_scopes": client.unused_scopes().iter().collect::<Vec<_>>(),
        "granted_scopes_since": client.granted.since,
    })
}

fn add_secret(answer: &mut Value, secret: Option<&Plain>) {
    if let (Some(fields), Some(secret)) = (answer.as_object_mut(), secret) {
        fields.insert("client_secret".to_owned(), secret.reveal().into());
    }
}

fn secret_from_stdin() -> anyhow::Result<Plain> {
    let mut text = String::new();
    std::io::stdin().take(10_000).read_to_string(&mut text).context("the secret on standard input")?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        bail!("there is no secret on standard input");
    }
    Ok(Plain::new(secret.to_owned()))
}

/// A refusal with the flags it is about.
fn in_words(refusal: FormRefusal) -> anyhow::Error {
    match refusal {
        FormRefusal::Fields(FieldErrors(errors)) => {
            let lines: Vec<String> =
                errors.iter().map(|error| format!("{}: {}", flag(error.field), error.message)).collect();
            anyhow::anyhow!(lines.join("\n"))
        }
        FormRefusal::Refused(refusal) => refusal.into(),
    }
}

/// The flag by which a field of the form is given.
fn flag(field: &str) -> String {
    let name = match field {
        "client_secret" => "client-secret-stdin",
        "token_endpoint_auth_method" => "auth-method",
        "jwks" => "jwks-file",
        "redirect_uris" | "post_logout_redirect_uris" | "request_uris" | "scopes" | "grants" => {
            field.trim_end_matches('s')
        }
        other => other,
    };
    format!("--{}", name.replace('_', "-"))
}
