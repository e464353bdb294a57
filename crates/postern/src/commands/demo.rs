//! `postern demo`

mod team;

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use anyhow::Context;
use postern_domain::{ClientOwner, Plain, ScopeSpec, User};
use postern_example_web_app as ledgerly;
use postern_flows::api_tokens;
use postern_flows::clients::{self, ClientDraft, Manager, NewClient};
use postern_flows::users::{self, NewUser, Standing};
use postern_flows::{App, Config, Listen, Registration, Rng, SystemRng};
use postern_http::{Bound, Server};
use serde::Deserialize;
use tokio::net::TcpListener;
use url::Url;

use super::serve;
use crate::instance;
use crate::traces::Traces;

/// What the API of the demo could be asked for.
const COMMERCE: &str = include_str!("../../../../examples/scopes/commerce.toml");
/// The ports that are tried first.
const SERVER_PORT: u16 = 8080;
const APP_PORT: u16 = 8090;
const TEAM_PORT: u16 = 8091;
/// The sample sign-in. It opens a scratch instance that only this machine can reach.
const USERNAME: &str = "ada";
const PASSWORD: &str = "analytical-engine-1843";

pub(crate) async fn run(traces: Traces) -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    let (server, mut config) = listen(&scratch).await?;
    config.registration = Registration { open: true };
    config.scopes = commerce_scopes()?;
    let app = instance::open(config).await?;
    let node = api_tokens::enter(&app).await?;
    app.signing_keys().await?;

    let listener = bind(APP_PORT).await.context("the example app cannot listen")?;
    let app_url = format!("http://localhost:{}", listener.local_addr()?.port());
    let (user, settings) = sample_data(&app, &app_url).await?;
    // By address, not by name: both apps keep a cookie, and cookies know no ports.
    let team_listener = bind(TEAM_PORT).await.context("the example app for teams cannot listen")?;
    let team_url = format!("http://127.0.0.1:{}", team_listener.local_addr()?.port());
    let team = team::make(&app, user, &team_url).await?;

    println!("{}", serve::greeting(&app.config));
    println!("An app that signs people in with it is at {app_url}");
    println!("Sign in as {USERNAME} with the password {PASSWORD}");
    tell_of(&team, &team_url, app.config.issuer());
    println!("Everything is kept in {} and goes when you press Ctrl-C", scratch.0.display());

    let team_settings = ledgerly::Settings {
        client_id: team.client.identifier.to_string(),
        client_secret: team.secret.map(|secret| secret.reveal().to_owned()),
        base_url: team_url,
        scopes: ["profile", "offline_access", "customers:read"].map(str::to_owned).to_vec(),
        for_organizations: true,
        ..settings.clone()
    };
    let examples = [
        tokio::spawn(ledgerly::serve(listener, settings)),
        tokio::spawn(ledgerly::serve(team_listener, team_settings)),
    ];
    let served = serve::serve(app, server.into(), node, traces).await;
    for example in examples {
        example.abort();
    }
    served
}

/// What there is to try of a team's.
fn tell_of(team: &team::Team, team_url: &str, issuer: &str) {
    println!("The same app, working for the organization that you pick when you sign in, is at {team_url}");
    println!(
        "A script with a token of hers, and one with a token of the organization that meets its rate limit:"
    );
    let calls = [("personal-token.sh", &team.personal), ("organization-token.sh", &team.organization)];
    for (script, token) in calls {
        println!("  ISSUER={issuer} TOKEN={} examples/script/{script}", token.reveal());
    }
}

/// The scopes of a commerce API, as an operator would put them into the settings.
fn commerce_scopes() -> anyhow::Result<BTreeMap<String, ScopeSpec>> {
    #[derive(Deserialize)]
    struct Settings {
        scopes: BTreeMap<String, ScopeSpec>,
    }
    let settings: Settings = toml::from_str(COMMERCE).context("the scopes of the demo cannot be read")?;
    Ok(settings.scopes)
}

/// A folder that goes with the demo.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> anyhow::Result<Self> {
        let mut chance = [0; 8];
        SystemRng.fill(&mut chance);
        let folder = std::env::temp_dir().join(format!("postern-demo-{:016x}", u64::from_ne_bytes(chance)));
        // Others of this machine can neither read it nor have made it beforehand.
        let made = DirBuilder::new().mode(0o700).create(&folder);
        made.with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _what_is_left_is_in_the_temporary_folder = std::fs::remove_dir_all(&self.0);
    }
}

/// Takes the port first: the issuer's URL has it.
async fn listen(scratch: &Scratch) -> anyhow::Result<(Server, Config)> {
    let mut config = Config {
        database_url: format!("sqlite://{}", scratch.0.join("postern.db").display()).into(),
        secret_key_file: scratch.0.join("secret.key"),
        ..Config::default()
    };
    config.mail.directory = scratch.0.join("mail");
    let mut server = None;
    for port in [SERVER_PORT, 0] {
        config.listen = Listen::Tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        server = Server::bind(&config).await.ok();
        if server.is_some() {
            break;
        }
    }
    let server = server.context("no port of this machine is free to listen on")?;
    if let Some(Bound::Tcp(address)) = server.bound() {
        config.public_url = Url::parse(&format!("http://localhost:{}", address.port()))?;
    }
    Ok((server, config))
}

async fn bind(port: u16) -> std::io::Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => Ok(listener),
        Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await,
    }
}

/// A person, and the example app as a client of theirs.
async fn sample_data(app: &App, app_url: &str) -> anyhow::Result<(User, ledgerly::Settings)> {
    let new = NewUser {
        username: USERNAME.to_owned(),
        email: "ada@example.com".to_owned(),
        name: "Ada Lovelace".to_owned(),
        password: Some(Plain::new(PASSWORD.to_owned())),
    };
    let standing = Standing { email_verified: true, ..Standing::default() };
    let user = users::create(app, &new, standing).await?;
    let draft = ClientDraft {
        name: "Ledgerly".to_owned(),
        redirect_uris: vec![format!("{app_url}/callback")],
        post_logout_redirect_uris: vec![format!("{app_url}/")],
        scopes: ["openid", "profile", "email", "offline_access"].map(str::to_owned).to_vec(),
        homepage_url: app_url.to_owned(),
        ..ClientDraft::blank()
    };
    let new = NewClient { draft, owner: ClientOwner::User(user.id), identifier: None, secret: None };
    let registered = clients::create(app, Manager::Operator, new).await?;
    let settings = ledgerly::Settings {
        issuer: app.config.issuer().to_owned(),
        client_id: registered.client.identifier.to_string(),
        client_secret: registered.secret.map(|secret| secret.reveal().to_owned()),
        base_url: app_url.to_owned(),
        scopes: ["profile", "email", "offline_access"].map(str::to_owned).to_vec(),
        for_organizations: false,
    };
    Ok((user, settings))
}

#[cfg(test)]
mod tests {
    use postern_domain::Scopes;

    use super::*;

    #[test]
    fn the_catalogue_of_a_commerce_api_is_whole() {
        let config = Config { scopes: commerce_scopes().unwrap(), ..Config::default() };
        let catalogue = config.catalogue();
        let both = [
            "products",
            "subscriptions",
            "orders",
            "benefits",
            "discounts",
            "events",
            "meters",
            "files",
            "license_keys",
            "checkouts",
            "checkout_links",
            "custom_fields",
            "refunds",
            "transactions",
            "payouts",
        ];
        let read_only = ["payments", "disputes", "metrics"];
        let pairs = both.iter().flat_map(|area| [format!("{area}:read"), format!("{area}:write")]);
        let wanted: Scopes = pairs.chain(read_only.iter().map(|area| format!("{area}:read"))).collect();
        assert!(catalogue.unknown(&wanted).is_empty());
        assert_eq!(config.scopes.len(), wanted.len());
        for name in wanted.iter() {
            let row = catalogue.find(name).unwrap();
            assert!(!row.label.is_empty() && !row.description.is_empty() && !row.group.is_empty(), "{name}");
        }
    }
}
