use clap::Args;
use postern_domain::{Lifetime, TokenKind};
use postern_flows::api_tokens::{self, Bulk, Filter};
use postern_flows::{Actor, App};
use serde_json::json;

use crate::commands::print_json;

#[derive(Debug, Args)]
pub(crate) struct BulkArgs {
    /// How the name begins; or whose they are, by user name, e-mail or slug
    #[arg(long, value_name = "TEXT")]
    query: Option<String>,
    /// pat or oat: personal tokens or those of organizations
    #[arg(long, value_name = "KIND", value_parser = ["pat", "oat"])]
    kind: Option<String>,
    /// Not used for this long, or never, such as 90d
    #[arg(long, value_name = "TIME")]
    unused_for: Option<Lifetime>,
    /// Do it
    #[arg(long)]
    yes: bool,
}

pub(super) async fn revoke_matching(app: &App, args: BulkArgs) -> anyhow::Result<()> {
    let actor = Actor::operator();
    let kind = args.kind.as_deref().and_then(TokenKind::from_code);
    let filter = Filter { query: args.query, kind, unused_for: args.unused_for, state: None };
    let bulk = Bulk { filter, made_until: app.clock.now() };
    let found = api_tokens::preview(app, &actor, &bulk).await?;
    let largest = found.largest.iter().map(|share| json!({ "name": share.name, "tokens": share.tokens }));
    let mut told = json!({
        "total": found.total,
        "has_more": found.has_more,
        "owners": found.owners,
        "largest": largest.collect::<Vec<_>>(),
        "used_today": found.used_today,
        "used_this_week": found.used_this_week,
        "never_used": found.never_used,
        "revoked": 0,
    });
    if !args.yes {
        print_json(&told)?;
        eprintln!("Nothing is revoked yet. Say --yes to revoke them.");
        return Ok(());
    }
    let mut revoked = 0;
    loop {
        let part = api_tokens::revoke_matching(app, &actor, &bulk).await?;
        revoked += part;
        if part == 0 {
            break;
        }
    }
    if let Some(told) = told.as_object_mut() {
        told.insert("revoked".to_owned(), revoked.into());
    }
    print_json(&told)
}
