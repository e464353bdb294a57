use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::commands::audit::AuditCommand;
use crate::commands::backup::BackupArgs;
use crate::commands::client::ClientCommand;
use crate::commands::guard::GuardArgs;
use crate::commands::initial_access_token::InitialAccessTokenCommand;
use crate::commands::key::KeyCommand;
use crate::commands::migrate::MigrateArgs;
use crate::commands::org::OrgCommand;
use crate::commands::restore::RestoreArgs;
use crate::commands::serve::ServeArgs;
use crate::commands::server::ServerCommand;
use crate::commands::token::TokenCommand;
use crate::commands::user::UserCommand;

/// An OAuth 2.1 and OpenID Connect authorization server in one binary.
#[derive(Debug, Parser)]
#[command(name = "postern", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The settings [default: postern.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Bring the database up to date and serve
    Serve(ServeArgs),
    /// Stand in front of an API as a reverse proxy that lets pass what the token of each request allows
    Guard(GuardArgs),
    /// Run a scratch instance with sample data and an example app
    Demo,
    /// Bring the database up to date and exit, or move it from SQLite to PostgreSQL
    Migrate(MigrateArgs),
    /// Copy the database into a file while the server runs
    Backup(BackupArgs),
    /// Put a backup in the place of the database; nothing that was spent or revoked since works again
    Restore(RestoreArgs),
    /// Register and manage OAuth clients
    #[command(subcommand)]
    Client(ClientCommand),
    /// Let chosen clients register themselves
    #[command(subcommand)]
    InitialAccessToken(InitialAccessTokenCommand),
    /// Make organizations and add members
    #[command(subcommand)]
    Org(OrgCommand),
    /// Make accounts
    #[command(subcommand)]
    User(UserCommand),
    /// List and rotate the signing keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// See how the server does: settings in effect, sign-in providers, mails that wait; and how it looks
    #[command(subcommand)]
    Server(ServerCommand),
    /// Say what a token is
    #[command(subcommand)]
    Token(TokenCommand),
    /// Read what was called and changed, and see that nobody tampered with it
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Print the API as an OpenAPI document
    Openapi,
    /// Look for mistakes in the settings and the surroundings, with a remedy for each
    Doctor,
}

impl Command {
    /// Whether it answers requests, which are worth a trace.
    pub(crate) fn serves(&self) -> bool {
        matches!(self, Self::Serve(_) | Self::Guard(_))
    }
}
