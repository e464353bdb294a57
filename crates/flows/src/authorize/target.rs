use std::sync::Arc;

use postern_domain::{
    Capability, Client, Organization, OrganizationId, Prompt, Refusal, Role, Said, Subject, SubjectType,
    Timestamp, User, said,
};
use postern_storage::{app_approvals, organization_choices, organizations};

use super::asked::Asked;
use super::checked::Checked;
use super::choice;
use super::next::{Candidate, Choose, Person};
use crate::{App, second_factor, standing};

/// For whom a request is to be answered.
pub(super) enum Target {
    /// For the person who is signed in.
    Person(Subject),
    /// For an organization of theirs.
    Organization(Chosen),
    /// For an organization that they have to choose.
    Open {
        /// Why the one they chose cannot be it.
        problem: Option<Said>,
    },
}

/// An organization that somebody has chosen for a request, now or the last time.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    pub(super) organization: Arc<Organization>,
    /// What the person is there.
    pub(super) role: Role,
    /// Whether it is the one they chose the last time.
    pub(super) is_kept: bool,
}

/// Finds out for whom a request is: what the person chose for it, else what its client means, else what they chose the last
/// time, if they still may.
pub(super) async fn target(
    app: &App,
    checked: &Checked,
    asked: &Asked,
    person: Person<'_>,
    now: Timestamp,
) -> Result<Target, Refusal> {
    if asked.subject != SubjectType::Organization {
        return Ok(Target::Person(Subject::User(person.user.id)));
    }
    let (request, word) = checked.choice();
    let kept = organization_choices::find(&app.db, person.user.id, checked.client.id).await?;
    if let Some(id) = choice::read(app, request, word, person.session, now) {
        return Ok(match candidate(app, &checked.client, asked, person.user, id).await? {
            Ok((organization, role)) => {
                Target::Organization(Chosen { organization, role, is_kept: kept == Some(id) })
            }
            Err(problem) => Target::Open { problem: Some(problem) },
        });
    }
    let chooses_anew = word == Some(choice::OPEN) || asked.prompts.contains(Prompt::SelectAccount);
    if let Some(id) = asked.hinted_organization.or(kept).filter(|_| !chooses_anew)
        && let Ok((organization, role)) = candidate(app, &checked.client, asked, person.user, id).await?
    {
        return Ok(Target::Organization(Chosen { organization, role, is_kept: kept == Some(id) }));
    }
    Ok(Target::Open { problem: None })
}

/// An organization that the person may let the client speak for, or why not.
async fn candidate(
    app: &App,
    client: &Client,
    asked: &Asked,
    user: &User,
    id: OrganizationId,
) -> Result<Result<(Arc<Organization>, Role), Said>, Refusal> {
    let (Some(organization), Some(role)) = (app.organization(id).await?, app.role(id, user.id).await?) else {
        return Ok(Err(said("Choose one of your organizations.")));
    };
    Ok(match refusal(app, client, asked, (&organization, role), user).await? {
        Some(bar) => Err(bar.said(client, role)),
        None => Ok((organization, role)),
    })
}

/// Why an organization cannot be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// The person is only a member there.
    Role,
    /// The app asks for another one.
    NotMeant,
    /// It asks its members for a second factor, and the person has none.
    SecondFactor,
    /// It approves apps first, and this one is not approved.
    Approval,
}

impl Bar {
    /// The same in words, for somebody with `role` there.
    pub fn said(self, client: &Client, role: Role) -> Said {
        let app = client.metadata.name.as_str();
        match self {
            Self::Role => said("You are a {role} there. An owner or an admin has to allow it.")
                .with("role", said(role.as_str())),
            Self::NotMeant => said("{app} asks for another organization.").with("app", app),
            Self::SecondFactor => said(
                "It asks its members for a second step at sign-in, and you have none yet. Set one up under Settings, Security.",
            ),
            Self::Approval => said("It approves apps first, and {app} is not approved yet.").with("app", app),
        }
    }
}

async fn refusal(
    app: &App,
    client: &Client,
    asked: &Asked,
    (organization, role): (&Organization, Role),
    user: &User,
) -> Result<Option<Bar>, Refusal> {
    let is_meant =
        asked.claimed_organizations.as_ref().is_none_or(|ids| ids.contains(&organization.id.to_string()));
    if !role.may(Capability::Consent) {
        return Ok(Some(Bar::Role));
    }
    if !is_meant {
        return Ok(Some(Bar::NotMeant));
    }
    if second_factor::is_missing(app, organization, user.id).await? {
        return Ok(Some(Bar::SecondFactor));
    }
    Ok((!standing::admits(app, organization, client).await?).then_some(Bar::Approval))
}

/// The page of choices. Organizations that approve apps first learn that this one waits for it.
pub(super) async fn page(
    app: &App,
    checked: &Checked,
    asked: &Asked,
    user: &User,
    problem: Option<Said>,
) -> Result<Choose, Refusal> {
    let client = Arc::clone(&checked.client);
    let kept = organization_choices::find(&app.db, user.id, client.id).await?;
    let mut candidates = Vec::new();
    for (organization, role) in organizations::of_user(&app.db, user.id).await? {
        let bar = refusal(app, &client, asked, (&organization, role), user).await?;
        if bar == Some(Bar::Approval) {
            ask_for_approval(app, &organization, &client).await?;
        }
        let is_selected = kept == Some(organization.id) && bar.is_none();
        candidates.push(Candidate { organization, role, bar, is_selected });
    }
    candidates.sort_by_key(|one| (one.bar.is_some(), one.organization.name.as_str().to_lowercase()));
    Ok(Choose {
        redirect_uri: checked.return_to.uri().to_owned(),
        candidates,
        problem,
        query: checked.query_with(None),
        request: format!("{FORM}{}", checked.query_with(None)),
        return_to: checked.path(),
        client,
    })
}

/// What the form of a page of choices begins with, other than that of a consent page.
pub(super) const FORM: &str = "organization?";

async fn ask_for_approval(app: &App, organization: &Organization, client: &Client) -> Result<(), Refusal> {
    let input = (app.new_id(), organization.id, client.id, app.clock.now());
    app.db
        .write(input, |tx, (id, organization, client, now)| {
            Box::pin(async move {
                Ok::<_, Refusal>(app_approvals::ask(tx, *id, *organization, *client, *now).await?)
            })
        })
        .await
}
