use axum::response::{IntoResponse, Redirect, Response};
use postern_templating::{Notice, t};

/// What was just done, as the page that the browser is sent to says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Made,
    Joined,
    Declined,
    Left,
    Deleted,
    RoleSet,
    Removed,
    InvitationRevoked,
    Saved,
    PolicySet,
    Approved,
    Withdrawn,
    HandedOver,
}

impl Done {
    const ALL: [Self; 13] = [
        Self::Made,
        Self::Joined,
        Self::Declined,
        Self::Left,
        Self::Deleted,
        Self::RoleSet,
        Self::Removed,
        Self::InvitationRevoked,
        Self::Saved,
        Self::PolicySet,
        Self::Approved,
        Self::Withdrawn,
        Self::HandedOver,
    ];

    const fn code(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Joined => "joined",
            Self::Declined => "declined",
            Self::Left => "left",
            Self::Deleted => "deleted",
            Self::RoleSet => "role-set",
            Self::Removed => "removed",
            Self::InvitationRevoked => "invitation-revoked",
            Self::Saved => "saved",
            Self::PolicySet => "policy-set",
            Self::Approved => "approved",
            Self::Withdrawn => "withdrawn",
            Self::HandedOver => "handed-over",
        }
    }

    /// The notice of a page that is asked for with `done` in its query.
    pub(super) fn notice(code: Option<&str>) -> Option<Notice> {
        let done = Self::ALL.into_iter().find(|done| Some(done.code()) == code)?;
        Some(Notice::done(match done {
            Self::Made => {
                t("The organization is made, and you are its owner. Invite others, or make a token.")
            }
            Self::Joined => t("You are a member now."),
            Self::Declined => t("You declined the invitation. It cannot be used any more."),
            Self::Left => t("You left the organization. What you set up there stopped working now."),
            Self::Deleted => t("The organization is deleted. Its clients and tokens stopped working now."),
            Self::RoleSet => t("The role is changed. It holds from now on."),
            Self::Removed => t("They are no member any more. What they set up here stopped working now."),
            Self::InvitationRevoked => t("The invitation is taken back. Its link leads nowhere now."),
            Self::Saved => t("Your changes are saved."),
            Self::PolicySet => t("The policy is saved. It holds from now on."),
            Self::Approved => t("The app is approved. Owners and admins can give it access now."),
            Self::Withdrawn => t("The app has no access any more, and needs approval again."),
            Self::HandedOver => t("The organization is handed over, and you are an admin there now."),
        }))
    }

    /// Sends the browser on to a page that says so.
    pub(super) fn and_go_to(self, path: &str) -> Response {
        Redirect::to(&format!("{path}?done={}", self.code())).into_response()
    }
}
