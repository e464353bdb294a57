use std::fmt;
use std::str::FromStr;

/// What was done. Each is a row of one table: the code never changes its meaning, the words are for people.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Action(&'static Row);

#[derive(PartialEq, Eq, Hash)]
struct Row {
    code: &'static str,
    words: &'static str,
}

/// A text is no action. The text goes to whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no action that is written down; GET /v1/audit-events says which there are")]
pub struct UnknownAction(String);

macro_rules! actions {
    ($($name:ident = $code:literal, $words:literal;)*) => {
        impl Action {
            $(
                #[doc = concat!("`", $code, "`: somebody ", $words, " something.")]
                pub const $name: Self = Self(&Row { code: $code, words: $words });
            )*
            /// All of them, those of one kind of thing together.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
        }
    };
}

actions! {
    TOKEN_MADE = "token.made", "made";
    TOKEN_CHANGED = "token.changed", "changed";
    TOKEN_RENEWED = "token.renewed", "renewed";
    TOKEN_ROTATED = "token.rotated", "gave a new value to";
    TOKEN_REVOKED = "token.revoked", "revoked";
    TOKEN_REVEALED = "token.revealed", "looked again at the value of";
    TOKEN_LEAKED = "token.leaked", "reported as leaked";
    CUSTOMER_SESSION_MADE = "customer_session.made", "made a session for";
    CLIENT_MADE = "client.made", "registered";
    CLIENT_CHANGED = "client.changed", "changed";
    CLIENT_SECRET_ROTATED = "client.secret_rotated", "gave a new secret to";
    CLIENT_SECRET_REVOKED = "client.secret_revoked", "revoked a secret of";
    CLIENT_LOGO_CHANGED = "client.logo_changed", "changed the logo of";
    CLIENT_STATE_SET = "client.state_set", "opened or closed";
    INITIAL_ACCESS_TOKEN_MADE = "initial_access_token.made", "made";
    INITIAL_ACCESS_TOKEN_REVOKED = "initial_access_token.revoked", "revoked";
    CLIENT_DELETED = "client.deleted", "deleted";
    CONSENT_GIVEN = "consent.given", "allowed";
    CONSENT_WITHDRAWN = "consent.withdrawn", "cut off";
    ORGANIZATION_MADE = "organization.made", "made";
    ORGANIZATION_RENAMED = "organization.renamed", "renamed";
    ORGANIZATION_POLICY_SET = "organization.policy_set", "set the policy of";
    ORGANIZATION_TIER_SET = "organization.tier_set", "set the tier of";
    ORGANIZATION_HANDED_OVER = "organization.handed_over", "handed over";
    ORGANIZATION_DELETED = "organization.deleted", "deleted";
    MEMBER_ADDED = "member.added", "added";
    MEMBER_JOINED = "member.joined", "joined the organization as";
    MEMBER_ROLE_SET = "member.role_set", "set the role of";
    MEMBER_REMOVED = "member.removed", "removed";
    INVITATION_SENT = "invitation.sent", "invited";
    INVITATION_REVOKED = "invitation.revoked", "took back the invitation of";
    INVITATION_DECLINED = "invitation.declined", "declined the invitation of";
    APP_APPROVED = "app.approved", "approved";
    APP_WITHDRAWN = "app.withdrawn", "withdrew the approval of";
    CUSTOMER_MADE = "customer.made", "added";
    CUSTOMER_CHANGED = "customer.changed", "changed";
    CUSTOMER_DELETED = "customer.deleted", "deleted";
    USER_MADE = "user.made", "made";
    USER_CHANGED = "user.changed", "changed";
    USER_EMAIL_VERIFIED = "user.email_verified", "verified the e-mail of";
    USER_STATE_SET = "user.state_set", "opened or closed";
    USER_RIGHTS_SET = "user.rights_set", "set the rights of";
    USER_PASSWORD_SET = "user.password_set", "set the password of";
    USER_RECOVERY_LINK_MADE = "user.recovery_link_made", "made a recovery link for";
    USER_RECOVERED = "user.recovered", "recovered";
    USER_FACTOR_ADDED = "user.factor_added", "set up a second step for";
    USER_FACTOR_REMOVED = "user.factor_removed", "removed the second step of";
    USER_FACTORS_RESET = "user.factors_reset", "reset the second step of";
    USER_RECOVERY_CODES_MADE = "user.recovery_codes_made", "made recovery codes for";
    USER_RECOVERY_CODE_USED = "user.recovery_code_used", "used a recovery code of";
    USER_PASSKEY_ADDED = "user.passkey_added", "added a passkey to";
    USER_PASSKEY_RENAMED = "user.passkey_renamed", "renamed a passkey of";
    USER_PASSKEY_REMOVED = "user.passkey_removed", "removed a passkey of";
    USER_PASSKEY_LOCKED = "user.passkey_locked", "locked a passkey, which may have been copied, of";
    USER_PASSKEY_SUSPECTED = "user.passkey_suspected", "may have used a copied passkey of";
    USER_IMPERSONATED = "user.impersonated", "began to act as";
    USER_IMPERSONATION_ENDED = "user.impersonation_ended", "no longer acts as";
    USER_DELETION_ASKED = "user.deletion_asked", "asked for the deletion of";
    USER_DELETION_TAKEN_BACK = "user.deletion_taken_back", "took back the deletion of";
    USER_DELETED = "user.deleted", "deleted";
    USER_UPSTREAM_CONNECTED = "user.upstream_connected", "connected a sign-in provider to";
    USER_UPSTREAM_DISCONNECTED = "user.upstream_disconnected", "disconnected a sign-in provider from";
    SESSION_REVOKED = "session.revoked", "signed out";
    MAILS_HURRIED = "mails.hurried", "had the server try again";
    KEYS_ROTATED = "keys.rotated", "rotated";
    INSTANCE_BRANDING_CHANGED = "instance.branding_changed", "changed the looks of";
    INSTANCE_RESTORED = "instance.restored", "restored";
    INSTANCE_MOVED = "instance.moved", "moved";
    AUDIT_LOST = "audit.lost", "could not write down";
}

impl Action {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        self.0.code
    }

    /// What somebody did, in front of what they did it to: “revoked”.
    pub const fn words(self) -> &'static str {
        self.0.words
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Action({})", self.code())
    }
}

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.code() == text)
            .ok_or_else(|| UnknownAction(text.chars().take(60).collect()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_there_once() {
        let codes: BTreeSet<&str> = Action::ALL.iter().map(|action| action.code()).collect();
        assert_eq!(codes.len(), Action::ALL.len());
        for action in Action::ALL {
            assert_eq!(action.code().parse(), Ok(*action));
            let (thing, done) = action.code().split_once('.').unwrap();
            assert!(
                [thing, done].iter().all(|part| part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
            );
            assert!(!action.words().is_empty());
        }
        assert!("token".parse::<Action>().is_err());
    }
}
