use clap::{Args, ValueEnum};
use postern_domain::{InstanceRight, User, UserState};
use postern_flows::administration::{self, AccountChange, AccountSearch, Only};
use postern_flows::{Actor, App, Paging, impersonation, users};
use serde_json::{Value, json};

use crate::commands::print_json;

#[derive(Debug, Args)]
pub(crate) struct UserArgs {
    /// The account, by id, user name or e-mail
    user: String,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// How the user name or the e-mail begins
    #[arg(long, value_name = "TEXT")]
    query: Option<String>,
    /// Only those that are closed
    #[arg(long, conflicts_with = "with_rights")]
    disabled: bool,
    /// Only those that have a right in the instance
    #[arg(long)]
    with_rights: bool,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u64,
}

#[derive(Debug, Args)]
pub(crate) struct RightsArgs {
    /// The account, by id, user name or e-mail
    user: String,
    /// A right it has, as often as needed; without any it has none
    #[arg(long = "right", value_name = "RIGHT", num_args = 1..)]
    rights: Vec<RightArg>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RightArg {
    #[value(name = "users:manage")]
    UsersManage,
    #[value(name = "users:impersonate")]
    UsersImpersonate,
    #[value(name = "instance:admin")]
    InstanceAdmin,
}

impl From<RightArg> for InstanceRight {
    fn from(right: RightArg) -> Self {
        match right {
            RightArg::UsersManage => Self::UsersManage,
            RightArg::UsersImpersonate => Self::UsersImpersonate,
            RightArg::InstanceAdmin => Self::InstanceAdmin,
        }
    }
}

pub(super) async fn list(app: &App, args: ListArgs) -> anyhow::Result<()> {
    let only = match (args.disabled, args.with_rights) {
        (true, _) => Some(Only::Disabled),
        (_, true) => Some(Only::WithRights),
        _ => None,
    };
    let search = AccountSearch { begin: args.query, only };
    let mut items = Vec::new();
    let mut cursor = None;
    loop {
        let missing = args.limit.saturating_sub(items.len() as u64);
        let paging = Paging { limit: missing.min(Paging::MOST), cursor };
        let part = administration::accounts(app, &Actor::operator(), &search, &paging).await?;
        items.extend(part.items.iter().map(described));
        cursor = part.next.filter(|_| (items.len() as u64) < args.limit);
        if cursor.is_none() {
            return print_json(&json!({ "items": items }));
        }
    }
}

pub(super) async fn show(app: &App, args: UserArgs) -> anyhow::Result<()> {
    let user = users::find_named(app, &args.user).await?;
    let look = administration::look(app, &Actor::operator(), user.id).await?;
    let mut shown = described(&look.user);
    let organizations = look.organizations.iter().map(|(it, role)| json!({ "slug": it.slug, "role": role }));
    let more = json!({
        "has_password": look.has_password,
        "sessions": look.sessions_total,
        "live_tokens": look.live_tokens,
        "clients": look.clients_total,
        "connected_apps": look.connected_apps,
        "organizations": organizations.collect::<Vec<_>>(),
    });
    if let (Value::Object(shown), Value::Object(more)) = (&mut shown, more) {
        shown.extend(more);
    }
    print_json(&shown)
}

pub(super) async fn set_state(app: &App, args: UserArgs, state: UserState) -> anyhow::Result<()> {
    change(app, &args.user, AccountChange { state: Some(state), ..AccountChange::default() }).await
}

pub(super) async fn set_rights(app: &App, args: RightsArgs) -> anyhow::Result<()> {
    let rights = args.rights.into_iter().map(InstanceRight::from).collect();
    change(app, &args.user, AccountChange { rights: Some(rights), ..AccountChange::default() }).await
}

async fn change(app: &App, user: &str, change: AccountChange) -> anyhow::Result<()> {
    let user = users::find_named(app, user).await?;
    let user = administration::change_account(app, &Actor::operator(), user.id, &change).await?;
    print_json(&described(&user))
}

pub(super) async fn sign_out(app: &App, args: UserArgs) -> anyhow::Result<()> {
    let user = users::find_named(app, &args.user).await?;
    let ended = administration::sign_out(app, &Actor::operator(), user.id).await?;
    print_json(&described(&user))?;
    eprintln!("Sessions ended: {ended}.");
    Ok(())
}

pub(super) async fn end_impersonations(app: &App, args: UserArgs) -> anyhow::Result<()> {
    let user = users::find_named(app, &args.user).await?;
    let ended = impersonation::end_all(app, &Actor::operator(), user.id).await?;
    print_json(&described(&user))?;
    eprintln!("Sessions ended in which somebody acted as {}: {ended}.", user.username);
    Ok(())
}

fn described(user: &User) -> Value {
    json!({
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "email_verified": user.email_verified,
        "name": user.name,
        "state": user.state,
        "rights": user.rights,
        "created_at": user.created_at,
        "updated_at": user.updated_at,
    })
}
