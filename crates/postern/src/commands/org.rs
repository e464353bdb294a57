//! `postern org …`

use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use clap::{Args, Subcommand};
use postern_domain::{ErrorCode, Organization, Role};
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
    /// The organization, by id or slug
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
    let organization = named(app, &args.organization).await?;
    let user = users::find_named(app, &args.user).await?;
    organizations::add(app, &actor, organization.id, user.id, args.role).await?;
    print_json(&described(&organization))?;
    eprintln!("{} is {} of {} now.", user.username, args.role, organization.slug);
    Ok(())
}

/// The organization that an operator means by its id or slug.
pub(crate) async fn named(app: &App, name: &str) -> anyhow::Result<Arc<Organization>> {
    match organizations::find(app, &Actor::operator(), name).await {
        Ok((organization, _)) => Ok(organization),
        Err(refusal) if refusal.code == ErrorCode::NotFound => {
            bail!("not_found: there is no organization “{name}”; give its id or its slug")
        }
        Err(refusal) => Err(refusal.into()),
    }
}

fn described(organization: &Organization) -> Value {
    json!({ "id": organization.id, "slug": organization.slug })
}
