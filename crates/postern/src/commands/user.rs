//! `postern user …`

mod manage;

use std::fs;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use postern_domain::audit::By;
use postern_domain::{InstanceRight, Plain, StandardClaims, User, UserState};
use postern_flows::users::{self, NewUser, Standing};
use postern_flows::{Actor, App, FormRefusal};
use postern_flows::{account_deletion, administration, profile, recovery, second_factor};
use serde_json::{Map, Value, json};

use super::print_json;
use crate::{instance, settings};

/// Most bytes that are read of a password; a longer line is none.
const LONGEST_LINE: u64 = 4_096;

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make an account; its e-mail counts as verified
    Create(CreateArgs),
    /// Give an account another password and sign it out everywhere
    SetPassword(SetPasswordArgs),
    /// Make a link by which the owner of an account sets another password, to be handed over; it works once, for 30 minutes
    Recover(RecoverArgs),
    /// Remove the second step of an account whose owner has lost it, and sign it out everywhere
    ResetFactors(ResetFactorsArgs),
    /// Delete an account at once, with its clients and tokens and the organizations nobody else belongs to
    Delete(DeleteArgs),
    /// List accounts: the newest first, or those whose user name or e-mail begins so
    List(manage::ListArgs),
    /// Show an account with what belongs to it
    Show(manage::UserArgs),
    /// Close an account: nobody signs in to it, and none of its tokens works until it is opened again
    Disable(manage::UserArgs),
    /// Open a closed account again
    Enable(manage::UserArgs),
    /// Sign an account out everywhere; its tokens go on
    SignOut(manage::UserArgs),
    /// End every session in which an administrator acts as this person
    EndImpersonations(manage::UserArgs),
    /// Say which rights an account has in the instance
    SetRights(manage::RightsArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// The e-mail address
    #[arg(long)]
    email: String,
    /// The name to sign in with
    #[arg(long, value_name = "U")]
    username: String,
    /// What the person is called [default: the user name]
    #[arg(long, default_value = "", hide_default_value = true)]
    name: String,
    /// Read the password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
    /// Send a link to the address by which its owner chooses a password, once and within seven days
    #[arg(long, conflicts_with = "password_stdin")]
    invite: bool,
    /// Give it every right in the instance
    #[arg(long)]
    admin: bool,
    /// A JSON file of what else is known of the person, by the names of OpenID Connect: {"given_name": "Ada", "birthdate":
    /// "1815-12-10", "phone_number": "+44 20 7946 0018", "phone_number_verified": true, "address": {"locality": "London"}}
    #[arg(long, value_name = "F")]
    claims_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SetPasswordArgs {
    /// The account, by id, user name or e-mail
    user: String,
    /// Read the password from the first line of standard input
    #[arg(long, required = true)]
    password_stdin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RecoverArgs {
    /// The account, by id, user name or e-mail
    user: String,
}

#[derive(Debug, Args)]
pub(crate) struct ResetFactorsArgs {
    /// The account, by id, user name or e-mail
    user: String,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// The account, by id, user name or e-mail
    user: String,
}

pub(crate) async fn run(config_file: Option<&Path>, command: UserCommand) -> anyhow::Result<()> {
    let app = instance::open(settings::load(config_file)?).await?;
    match command {
        UserCommand::Create(args) => create(&app, args).await,
        UserCommand::SetPassword(args) => set_password(&app, args).await,
        UserCommand::Recover(args) => recover(&app, args).await,
        UserCommand::ResetFactors(args) => reset_factors(&app, args).await,
        UserCommand::Delete(args) => delete(&app, &args.user).await,
        UserCommand::List(args) => manage::list(&app, args).await,
        UserCommand::Show(args) => manage::show(&app, args).await,
        UserCommand::Disable(args) => manage::set_state(&app, args, UserState::Disabled).await,
        UserCommand::Enable(args) => manage::set_state(&app, args, UserState::Active).await,
        UserCommand::SignOut(args) => manage::sign_out(&app, args).await,
        UserCommand::EndImpersonations(args) => manage::end_impersonations(&app, args).await,
        UserCommand::SetRights(args) => manage::set_rights(&app, args).await,
    }
}

async fn create(app: &App, args: CreateArgs) -> anyhow::Result<()> {
    let password = if args.password_stdin { Some(password_line()?) } else { None };
    let has_password = password.is_some();
    let rights = if args.admin { InstanceRight::ALL.into() } else { Default::default() };
    let claims = args.claims_file.as_deref().map(claims_of).transpose()?.unwrap_or_default();
    let standing = Standing { email_verified: true, rights, claims };
    let new = NewUser { username: args.username, email: args.email, name: args.name, password };
    if args.invite {
        let made = administration::make_account(app, &Actor::operator(), &new, standing, true).await?;
        return print_json(&described(&made));
    }
    let user = users::create(app, &new, standing).await?;
    print_json(&described(&user))?;
    if !has_password {
        eprintln!(
            "The account has no password, so nobody can sign in to it yet. Set one with: postern user set-password {} --password-stdin",
            user.username
        );
    }
    Ok(())
}

async fn set_password(app: &App, args: SetPasswordArgs) -> anyhow::Result<()> {
    let user = users::find_named(app, &args.user).await?;
    let ended = match users::set_password(app, &user, &password_line()?).await {
        Ok(ended) => ended,
        Err(FormRefusal::Fields(errors)) => bail!("{errors}"),
        Err(FormRefusal::Refused(refusal)) => return Err(refusal.into()),
    };
    print_json(&described(&user))?;
    eprintln!("The password is set. Sessions ended: {ended}.");
    Ok(())
}

async fn recover(app: &App, args: RecoverArgs) -> anyhow::Result<()> {
    let user = users::find_named(app, &args.user).await?;
    let (url, until) = recovery::by_operator(app, &user).await?;
    print_json(&json!({ "id": user.id, "username": user.username, "url": url, "expires_at": until }))?;
    eprintln!("Hand the link to nobody but its owner: whoever opens it can sign in as {}.", user.username);
    Ok(())
}

async fn reset_factors(app: &App, args: ResetFactorsArgs) -> anyhow::Result<()> {
    let user = users::find_named(app, &args.user).await?;
    second_factor::reset(app, &user, By::Operator).await?;
    print_json(&described(&user))?;
    eprintln!("The password of {} is enough to sign in now. All sessions are ended.", user.username);
    Ok(())
}

async fn delete(app: &App, name: &str) -> anyhow::Result<()> {
    let user = users::find_named(app, name).await?;
    account_deletion::delete(app, &Actor::operator(), &user).await?;
    print_json(&described(&user))
}

/// What a file says of a person. Only an operator's word counts for a telephone number that is verified.
fn claims_of(file: &Path) -> anyhow::Result<StandardClaims> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut object: Map<String, Value> = serde_json::from_str(&text).with_context(|| {
        format!("{} is not a JSON object such as {{\"given_name\": \"Ada\"}}", file.display())
    })?;
    let is_verified = match object.remove("phone_number_verified") {
        None => false,
        Some(Value::Bool(is_verified)) => is_verified,
        Some(_) => bail!("phone_number_verified is true or false"),
    };
    let mut claims = profile::claims_of(&object)?;
    claims.phone_number_verified = is_verified && claims.phone_number.is_some();
    Ok(claims)
}

fn described(user: &User) -> serde_json::Value {
    json!({ "id": user.id, "email": user.email, "username": user.username })
}

/// The first line of standard input without its end.
fn password_line() -> anyhow::Result<Plain> {
    let mut line = String::new();
    let stdin = std::io::stdin().lock();
    stdin.take(LONGEST_LINE).read_line(&mut line).context("the password cannot be read")?;
    let password = line.strip_suffix('\n').unwrap_or(&line);
    let password = password.strip_suffix('\r').unwrap_or(password);
    if password.is_empty() {
        bail!("there is no password on standard input");
    }
    Ok(Plain::new(password.to_owned()))
}
