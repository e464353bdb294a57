//! `postern audit …`

use std::path::Path;

use anyhow::bail;
use clap::{Args, Subcommand};
use postern_domain::audit::{Action, CallVerdict, Event, EventId};
use postern_domain::{Lifetime, Timestamp};
use postern_flows::audit::{self, Filter};
use postern_flows::{Actor, App, Paging, calls, users};
use postern_http::{AuditEvent, AuditExplained};
use serde_json::json;

use super::print_json;
use super::token::named;
use crate::{instance, settings};

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// List calls with tokens and changes that somebody made, the latest first
    List(ListArgs),
    /// Say in plain sentences what happened: of a call, by the X-Request-Id of its answer
    Explain {
        /// The id of a call or change
        id: EventId,
    },
    /// Look over the whole chain and name the first thing that does not fit
    Verify,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Calls and changes with a token, and changes of it, by its id or name
    #[arg(long, value_name = "ID")]
    token: Option<String>,
    /// What a person did, or was done in their name or to their account, by id, user name or e-mail
    #[arg(long)]
    user: Option<String>,
    /// Calls that were judged so: allowed, refused or report_only
    #[arg(long)]
    verdict: Option<CallVerdict>,
    /// Changes of one kind, such as token.made
    #[arg(long)]
    action: Option<Action>,
    /// Not before this moment: Unix seconds, or how long ago, such as 24h
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before this moment, in the same way
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// How many at most, from 1 to 100
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u64).range(1..=Paging::MOST))]
    limit: u64,
    /// Those behind: the next_cursor of the list before
    #[arg(long)]
    cursor: Option<String>,
}

pub(crate) async fn run(config_file: Option<&Path>, command: AuditCommand) -> anyhow::Result<()> {
    let app = instance::open(settings::load(config_file)?).await?;
    match command {
        AuditCommand::List(args) => list(&app, args).await,
        AuditCommand::Explain { id } => {
            let explained = calls::explain(&app, &Actor::operator(), id).await?;
            print_json(&AuditExplained::from(explained))
        }
        AuditCommand::Verify => {
            let report = audit::verify(&app).await?;
            print_json(&report)?;
            match report.tampered {
                None => Ok(()),
                Some(tampered) => bail!("somebody tampered with the audit: {}", tampered.what),
            }
        }
    }
}

async fn list(app: &App, args: ListArgs) -> anyhow::Result<()> {
    let now = app.clock.now();
    let filter = Filter {
        token: match &args.token {
            Some(token) => Some(named(app, token).await?),
            None => None,
        },
        user: match &args.user {
            Some(user) => Some(users::find_named(app, user).await?.id),
            None => None,
        },
        verdict: args.verdict,
        action: args.action,
        since: args.since.as_deref().map(|text| moment(text, now)).transpose()?,
        until: args.until.as_deref().map(|text| moment(text, now)).transpose()?,
        ..Filter::default()
    };
    let paging = Paging { limit: args.limit, cursor: args.cursor };
    let found = audit::list(app, &Actor::operator(), &filter, &paging).await?;
    let items: Vec<AuditEvent> = found.items.into_iter().map(|event: Event| event.into()).collect();
    print_json(&json!({ "items": items, "next_cursor": found.next }))
}

/// A moment as Unix seconds, or as how long ago it was.
fn moment(text: &str, now: Timestamp) -> anyhow::Result<Timestamp> {
    if let Ok(seconds) = text.parse() {
        return Ok(Timestamp(seconds));
    }
    Ok(now.minus(text.parse::<Lifetime>()?))
}
