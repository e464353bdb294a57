//! `postern org …`

use std::path::Path;

use clap::{Args, Subcommand};
use postern_domain::{Organization, Role, Tier};
use postern_flows::organizations::{self, NewOrganization};
use postern_flows::{Actor, App, Paging, administration, users};
use serde_json::{Value, json};

use super::print_json;
use crate::{instance, settings};

#[derive(Debug, Subcommand)]
pub(crate) enum OrgCommand {
    /// Make an organization
    Create(CreateArgs),
    /// List organizations by slug, or those whose slug or name begins so
    List(ListArgs),
    /// Set how much an organization's tokens may ask of the API
    SetTier(TierArgs),
    /// Hand an organization over to one of its members, who becomes an owner
    Transfer(TransferArgs),
    /// Manage its members
    #[command(subcommand)]
    Member(MemberCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum MemberCommand {
    /// Make somebody a member, or give a member another role
    Add(AddArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Its name in addresses
    #[arg(long)]
    slug: String,
    /// What it is called
    #[arg(long)]
    name: String,
    /// Its first owner, by id, user name or e-mail
    #[arg(long, value_name = "USER")]
    owner: String,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// How the slug or the name begins
    #[arg(long, value_name = "TEXT")]
    query: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct TierArgs {
    /// The organization, by id, slug or name
    #[arg(value_name = "ORG")]
    organization: String,
    /// restricted, default or elevated
    tier: Tier,
}

#[derive(Debug, Args)]
pub(crate) struct TransferArgs {
    /// The organization, by id, slug or name
    #[arg(value_name = "ORG")]
    organization: String,
    /// The member, by id, user name or e-mail
    #[arg(long, value_name = "USER")]
    to: String,
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// The organization, by id, slug or name
    #[arg(value_name = "ORG")]
    organization: String,
    /// The account, by id, user name or e-mail
    user: String,
    /// owner, admin or member
    #[arg(long)]
    role: Role,
}

pub(crate) async fn run(config_file: Option<&Path>, command: OrgCommand) -> anyhow::Result<()> {
    let app = instance::open(settings::load(config_file)?).await?;
    match command {
        OrgCommand::Create(args) => create(&app, args).await,
        OrgCommand::List(args) => list(&app, args).await,
        OrgCommand::SetTier(args) => set_tier(&app, args).await,
        OrgCommand::Transfer(args) => transfer(&app, args).await,
        OrgCommand::Member(MemberCommand::Add(args)) => add(&app, args).await,
    }
}

async fn create(app: &App, args: CreateArgs) -> anyhow::Result<()> {
    let owner = users::find_named(app, &args.owner).await?;
    let new = NewOrganization { name: args.name, slug: args.slug };
    let made = organizations::create(app, &Actor::operator(), &new, owner.id).await?;
    print_json(&described(&made))
}

async fn list(app: &App, args: ListArgs) -> anyhow::Result<()> {
    let mut items = Vec::new();
    let mut paging = Paging { limit: Paging::MOST, cursor: None };
    loop {
        let query = args.query.as_deref();
        let part = administration::organizations(app, &Actor::operator(), query, &paging).await?;
        items.extend(part.items.iter().map(|organization| {
            json!({
                "id": organization.id,
                "slug": organization.slug,
                "name": organization.name,
                "tier": organization.tier.as_str(),
                "created_at": organization.created_at,
            })
        }));
        paging.cursor = part.next;
        if paging.cursor.is_none() {
            return print_json(&json!({ "items": items }));
        }
    }
}

async fn set_tier(app: &App, args: TierArgs) -> anyhow::Result<()> {
    let organization = organizations::find_named(app, &args.organization).await?;
    let set = administration::set_tier(app, &Actor::operator(), organization.id, args.tier).await?;
    print_json(&described(&set))
}

async fn transfer(app: &App, args: TransferArgs) -> anyhow::Result<()> {
    let organization = organizations::find_named(app, &args.organization).await?;
    let to = users::find_named(app, &args.to).await?;
    organizations::transfer(app, &Actor::operator(), organization.id, to.id).await?;
    print_json(&described(&organization))?;
    eprintln!("{} is an owner of {} now.", to.username, organization.slug);
    Ok(())
}

async fn add(app: &App, args: AddArgs) -> anyhow::Result<()> {
    let actor = Actor::operator();
    let organization = organizations::find_named(app, &args.organization).await?;
    let user = users::find_named(app, &args.user).await?;
    organizations::add(app, &actor, organization.id, user.id, args.role).await?;
    print_json(&described(&organization))?;
    eprintln!("{} is {} of {} now.", user.username, args.role, organization.slug);
    Ok(())
}

fn described(organization: &Organization) -> Value {
    json!({ "id": organization.id, "slug": organization.slug })
}
