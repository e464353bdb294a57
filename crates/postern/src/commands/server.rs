//! `postern server …`

mod branding;

use std::path::Path;

use clap::Subcommand;
use postern_flows::administration::{self, Overview, ProviderInUse, QueuedMail, Setting};
use postern_flows::disk::Disk;
use postern_flows::{Actor, SettingSource};
use serde_json::{Value, json};

use super::print_json;
use crate::{instance, settings};
use branding::BrandingArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum ServerCommand {
    /// How the server does: its database, what it holds, and the mails that wait
    Overview,
    /// List the settings in effect and where each comes from
    Settings,
    /// See or change what the server calls itself and how it looks, as the console does
    Branding(BrandingArgs),
    /// List the sign-in providers, and whether each answers
    Providers,
    /// List the mails that did not go out yet
    Mails,
    /// Try every mail that waits for later now
    RetryMails,
}

pub(crate) async fn run(config_file: Option<&Path>, command: ServerCommand) -> anyhow::Result<()> {
    let (app, actor) = (instance::open(settings::load(config_file)?).await?, Actor::operator());
    print_json(&match command {
        ServerCommand::Overview => overview(&administration::overview(&app, &actor).await?),
        ServerCommand::Settings => {
            let settings = administration::settings(&app, &actor).await?;
            json!({ "settings": settings.iter().map(setting).collect::<Vec<_>>() })
        }
        ServerCommand::Branding(args) => branding::run(&app, &actor, args).await?,
        ServerCommand::Providers => {
            let providers = administration::providers(&app, &actor).await?;
            json!({ "providers": providers.iter().map(provider).collect::<Vec<_>>() })
        }
        ServerCommand::Mails => {
            let queue = administration::mail_queue(&app, &actor).await?;
            let all = |mails: &[QueuedMail]| mails.iter().map(mail).collect::<Vec<_>>();
            json!({
                "total": queue.total,
                "waiting": all(&queue.waiting),
                "given_up": all(&queue.given_up),
            })
        }
        ServerCommand::RetryMails => {
            json!({ "retried": administration::hurry_mails(&app, &actor).await? })
        }
    })
}

fn disk(disk: &Disk) -> Value {
    json!({
        "kept": disk.kept.as_str(),
        "free_bytes": disk.free,
        "size_bytes": disk.size,
        "room": disk.room().as_str(),
    })
}

fn overview(found: &Overview) -> Value {
    json!({
        "version": found.version,
        "database": found.database.as_str(),
        "database_bytes": found.bytes,
        "pending_migrations": found.pending_migrations,
        "disks": found.disks.iter().map(disk).collect::<Vec<_>>(),
        "users": found.users,
        "organizations": found.organizations,
        "clients": found.clients,
        "live_tokens": found.tokens,
        "mails_waiting": found.mails_waiting,
        "mails_failing": found.mails_failing,
        "mails_given_up": found.mails_given_up,
    })
}

/// Where a setting comes from.
fn source(source: Option<&SettingSource>) -> Option<String> {
    source.map(ToString::to_string)
}

fn setting(setting: &Setting) -> Value {
    let source = source(setting.source.as_ref());
    json!({ "name": setting.name, "value": setting.value, "source": source })
}

fn provider(provider: &ProviderInUse) -> Value {
    json!({
        "name": provider.name,
        "label": provider.label,
        "issuer": provider.issuer,
        "redirect_uri": provider.callback_url,
        "enabled": provider.is_enabled,
        "sign_up": provider.signs_up,
        "trust_email": provider.trusts_email,
        "reached": provider.is_reached,
        "connected": provider.connected,
        "last_used_at": provider.last_used_at,
    })
}

fn mail(mail: &QueuedMail) -> Value {
    json!({
        "id": mail.id,
        "recipient": mail.recipient,
        "kind": mail.kind,
        "created_at": mail.created_at,
        "next_try_at": mail.next_try_at,
        "tries": mail.tries,
        "problem": mail.problem,
    })
}
