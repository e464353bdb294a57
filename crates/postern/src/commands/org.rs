//! `postern org …`

use std::path::Path;

use clap::{Args, Subcommand};
use postern_domain::{Organization, Role};
use postern_flows::organizations::{self, NewOrganization};
use postern_flows::{Actor, App, users};
use serde_json::{Value, json};

use super::print_json;
use crate::{instance, settings};

#[derive(Debug, Subcommand)]
pub(crate) enum OrgCommand {
    /// Make an organization
    Create(CreateArgs),
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
        OrgCommand::Member(MemberCommand::Add(args)) => add(&app, args).await,
    }
}

async fn create(app: &App, args: CreateArgs) -> anyhow::Result<()> {
    let owner = users::find_named(app, &args.owner).await?;
    let new = NewOrganization { name: args.name, slug: args.slug };
    let made = organizations::create(app, &Actor::operator(), &new, owner.id).await?;
    print_json(&described(&made))
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
