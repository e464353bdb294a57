//! `/organizations/{slug}/members`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{
    Avatar, Badge, Choice, Chrome, Field, FieldError, Notice, OrganizationTab, Page, Pager, Text, Tone, When,
    pages::SAMPLE_NOW, t,
};

/// Who belongs to an organization and who is invited. All forms post `form_token` to `/organizations/{slug}/members`
/// with `action`: `invite` (`email`, `role`), `set_role` (`user_id`, `role`), `remove` (`user_id`), `leave`,
/// `revoke_invitation` (`invitation_id`).
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/organizations/members.html")]
pub struct OrganizationMembers {
    /// The frame.
    pub chrome: Chrome,
    /// The organization's name in addresses.
    pub slug: String,
    /// What went wrong as a whole, e.g. *The last owner stays.*
    pub problem: Option<Text>,
    /// The members, owners first.
    pub members: Vec<MemberRow>,
    /// How many there are on all pages.
    pub total: u64,
    /// The way to the other pages of the list.
    pub pager: Pager,
    /// The form that invites, for those who may.
    pub invite: Option<InviteForm>,
    /// The link of an invitation that was just made, shown this once: answer with `no-store` then.
    pub invitation_link: Option<String>,
    /// Invitations that were not accepted yet, the latest first. Empty for those who may not invite.
    pub invitations: Vec<InvitationRow>,
    /// Why the person can't leave, e.g. *You are the last owner. Name another one first.*
    pub stays_because: Option<Text>,
}

/// A member.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MemberRow {
    /// The person's id, for the forms.
    pub user_id: String,
    /// Display name; the user name where there is none.
    pub name: String,
    /// User name, without `@`.
    pub username: String,
    /// E-mail address; none where the person who looks may not see it.
    pub email: Option<String>,
    /// `owner`, `admin` or `member`
    pub role: String,
    /// The roles that may be given to this member, the present one selected. Empty where it can't be changed by the
    /// person who looks.
    pub roles: Vec<Choice>,
    /// Since when.
    pub since: When,
    /// Whether it is the person who looks.
    pub current: bool,
    /// Whether the person who looks may remove this member.
    pub removable: bool,
}

/// The form that invites somebody.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InviteForm {
    /// `email`
    pub email: Field,
    /// The roles that the person may give, the narrowest selected.
    pub roles: Vec<Choice>,
}

/// An invitation that was not accepted yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InvitationRow {
    /// Its id, for the form.
    pub id: String,
    /// The address it is bound to.
    pub email: String,
    /// The role it gives.
    pub role: Text,
    /// Name of who invited.
    pub inviter: Text,
    /// When it was sent.
    pub sent: When,
    /// Its state, e.g. *ends in 6 days* or *expired*.
    pub state: Badge,
}

impl OrganizationMembers {
    fn url(&self) -> String {
        format!("/organizations/{}/members", self.slug)
    }

    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        self.invite.iter().filter_map(|invite| invite.email.summary("email")).collect()
    }

    fn organization(&self) -> &str {
        self.chrome.organization.as_ref().map_or(&self.slug, |organization| &organization.name)
    }
}

impl MemberRow {
    fn avatar(&self) -> Avatar {
        Avatar::person(&self.name)
    }
}

fn sample_roles(selected: &str) -> Vec<Choice> {
    ["owner", "admin", "member"]
        .into_iter()
        .map(|role| Choice::new(role, role).selected(role == selected))
        .collect()
}

fn sample_member(name: &str, username: &str, role: &str, days: i64) -> MemberRow {
    MemberRow {
        user_id: format!("u-{username}"),
        name: name.into(),
        username: username.into(),
        email: Some(format!("{username}@example.com")),
        role: role.into(),
        roles: sample_roles(role),
        since: When::new(SAMPLE_NOW - days * 86_400, SAMPLE_NOW),
        current: false,
        removable: true,
    }
}

fn sample_invitation(id: &str, email: &str, role: Text, days: i64, state: Badge) -> InvitationRow {
    InvitationRow {
        id: id.into(),
        email: email.into(),
        role,
        inviter: Text::verbatim("Ada Lovelace"),
        sent: When::new(SAMPLE_NOW - days * 86_400, SAMPLE_NOW),
        state,
    }
}

impl Page for OrganizationMembers {
    const NAME: &'static str = "organization-members";

    fn sample() -> Self {
        let you = MemberRow {
            current: true,
            removable: false,
            roles: Vec::new(),
            ..sample_member("Ada Lovelace", "ada", "owner", 400)
        };
        let ends = t("ends {when}").with("when", When::new(SAMPLE_NOW + 6 * 86_400, SAMPLE_NOW).relative());
        Self {
            chrome: Chrome::sample_organization(OrganizationTab::Members),
            slug: "acme-labs".into(),
            problem: None,
            members: vec![
                you,
                sample_member("Charles Babbage", "charles", "owner", 380),
                sample_member("محمد بن موسى الخوارزمي صاحب الجبر والمقابلة", "al-khwarizmi", "admin", 40),
                sample_member(
                    "Grace 🐛 Brewster Murray Hopper of the Harvard Computation Laboratory",
                    "grace",
                    "member",
                    2,
                ),
            ],
            total: 4,
            pager: Pager::default(),
            invite: Some(InviteForm { email: Field::empty(), roles: sample_roles("member") }),
            invitation_link: None,
            invitations: vec![
                sample_invitation(
                    "i1",
                    "mary.somerville@example.com",
                    t("admin"),
                    1,
                    Badge::new(Tone::Neutral, ends),
                ),
                sample_invitation(
                    "i2",
                    "a.very.long.mail.address.of.somebody@department.university.example.com",
                    t("member"),
                    9,
                    Badge::new(Tone::Bad, t("expired")),
                ),
            ],
            stays_because: None,
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let invited = Notice::done(
            t("{email} is invited as {role}. The link works once, for that address, for 7 days.")
                .with("email", "mary.somerville@example.com")
                .with("role", t("admin")),
        );
        let link = Self {
            chrome: sample.chrome.clone().with_notice(invited),
            invitation_link: Some(
                "https://id.example.com/organizations/join?invitation=2Vhk3mW5q8Yx0Zc7Tn4Rb9Lp1Jd6Fs0Ga"
                    .into(),
            ),
            ..sample.clone()
        };
        let mut errors = sample.clone();
        errors.invite = Some(InviteForm {
            email: Field::new("charles@example.com")
                .with_error(t("Whoever has this address is a member already.")),
            roles: sample_roles("admin"),
        });
        let alone = Self {
            members: sample.members.iter().take(1).cloned().collect(),
            total: 1,
            invitations: Vec::new(),
            stays_because: Some(t("You are the last owner. Make somebody else an owner first.")),
            ..sample.clone()
        };
        vec![
            ("invited", link),
            ("errors", errors),
            ("alone", alone),
            ("seen by a member", Self::seen_by_a_member()),
            ("many", Self::many()),
        ]
    }
}

impl OrganizationMembers {
    fn seen_by_a_member() -> Self {
        let sample = Self::sample();
        let members = sample.members.iter().rev().cloned().enumerate();
        Self {
            chrome: Chrome::sample_member(OrganizationTab::Members),
            members: members
                .map(|(index, row)| MemberRow {
                    email: None,
                    roles: Vec::new(),
                    removable: false,
                    current: index == 0,
                    ..row
                })
                .collect(),
            invite: None,
            invitations: Vec::new(),
            ..sample
        }
    }

    fn many() -> Self {
        let sample = Self::sample();
        Self {
            members: sample.members.iter().cycle().take(50).cloned().collect(),
            total: 10_482,
            pager: Pager {
                previous_url: Some("/organizations/acme-labs/members".into()),
                next_url: Some("/organizations/acme-labs/members?cursor=sample".into()),
            },
            ..sample
        }
    }
}
