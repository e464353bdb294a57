//! What somebody did, as a sentence.

use postern_domain::audit::Act;
use postern_templating::{Markup, markup};

/// What each action is called, by its code, with `{who}` and `{what}`.
const SENTENCES: [(&str, Markup); 69] = [
    ("token.made", markup("<strong><bdi>{who}</bdi></strong> made the token <bdi>{what}</bdi>")),
    ("token.changed", markup("<strong><bdi>{who}</bdi></strong> changed the token <bdi>{what}</bdi>")),
    ("token.renewed", markup("<strong><bdi>{who}</bdi></strong> renewed the token <bdi>{what}</bdi>")),
    (
        "token.rotated",
        markup("<strong><bdi>{who}</bdi></strong> gave a new value to the token <bdi>{what}</bdi>"),
    ),
    ("token.revoked", markup("<strong><bdi>{who}</bdi></strong> revoked the token <bdi>{what}</bdi>")),
    (
        "token.revealed",
        markup("<strong><bdi>{who}</bdi></strong> looked again at the value of the token <bdi>{what}</bdi>"),
    ),
    (
        "token.leaked",
        markup("<strong><bdi>{who}</bdi></strong> reported as leaked the token <bdi>{what}</bdi>"),
    ),
    (
        "customer_session.made",
        markup("<strong><bdi>{who}</bdi></strong> made a session for the customer <bdi>{what}</bdi>"),
    ),
    ("client.made", markup("<strong><bdi>{who}</bdi></strong> registered the client <bdi>{what}</bdi>")),
    ("client.changed", markup("<strong><bdi>{who}</bdi></strong> changed the client <bdi>{what}</bdi>")),
    (
        "client.secret_rotated",
        markup("<strong><bdi>{who}</bdi></strong> gave a new secret to the client <bdi>{what}</bdi>"),
    ),
    (
        "client.secret_revoked",
        markup("<strong><bdi>{who}</bdi></strong> revoked a secret of the client <bdi>{what}</bdi>"),
    ),
    (
        "client.logo_changed",
        markup("<strong><bdi>{who}</bdi></strong> changed the logo of the client <bdi>{what}</bdi>"),
    ),
    (
        "client.state_set",
        markup("<strong><bdi>{who}</bdi></strong> opened or closed the client <bdi>{what}</bdi>"),
    ),
    ("initial_access_token.made", markup("<strong><bdi>{who}</bdi></strong> made <bdi>{what}</bdi>")),
    ("initial_access_token.revoked", markup("<strong><bdi>{who}</bdi></strong> revoked <bdi>{what}</bdi>")),
    ("client.deleted", markup("<strong><bdi>{who}</bdi></strong> deleted the client <bdi>{what}</bdi>")),
    ("consent.given", markup("<strong><bdi>{who}</bdi></strong> allowed the app <bdi>{what}</bdi>")),
    ("consent.withdrawn", markup("<strong><bdi>{who}</bdi></strong> cut off the app <bdi>{what}</bdi>")),
    (
        "organization.made",
        markup("<strong><bdi>{who}</bdi></strong> made the organization <bdi>{what}</bdi>"),
    ),
    (
        "organization.renamed",
        markup("<strong><bdi>{who}</bdi></strong> renamed the organization <bdi>{what}</bdi>"),
    ),
    (
        "organization.policy_set",
        markup("<strong><bdi>{who}</bdi></strong> set the policy of the organization <bdi>{what}</bdi>"),
    ),
    (
        "organization.tier_set",
        markup("<strong><bdi>{who}</bdi></strong> set the tier of the organization <bdi>{what}</bdi>"),
    ),
    (
        "organization.handed_over",
        markup("<strong><bdi>{who}</bdi></strong> handed over the organization <bdi>{what}</bdi>"),
    ),
    (
        "organization.deleted",
        markup("<strong><bdi>{who}</bdi></strong> deleted the organization <bdi>{what}</bdi>"),
    ),
    ("member.added", markup("<strong><bdi>{who}</bdi></strong> added <bdi>{what}</bdi>")),
    (
        "member.joined",
        markup("<strong><bdi>{who}</bdi></strong> joined the organization as <bdi>{what}</bdi>"),
    ),
    ("member.role_set", markup("<strong><bdi>{who}</bdi></strong> set the role of <bdi>{what}</bdi>")),
    ("member.removed", markup("<strong><bdi>{who}</bdi></strong> removed <bdi>{what}</bdi>")),
    ("invitation.sent", markup("<strong><bdi>{who}</bdi></strong> invited <bdi>{what}</bdi>")),
    (
        "invitation.revoked",
        markup("<strong><bdi>{who}</bdi></strong> took back the invitation of <bdi>{what}</bdi>"),
    ),
    (
        "invitation.declined",
        markup("<strong><bdi>{who}</bdi></strong> declined the invitation of <bdi>{what}</bdi>"),
    ),
    ("app.approved", markup("<strong><bdi>{who}</bdi></strong> approved the app <bdi>{what}</bdi>")),
    (
        "app.withdrawn",
        markup("<strong><bdi>{who}</bdi></strong> withdrew the approval of the app <bdi>{what}</bdi>"),
    ),
    ("customer.made", markup("<strong><bdi>{who}</bdi></strong> added the customer <bdi>{what}</bdi>")),
    ("customer.changed", markup("<strong><bdi>{who}</bdi></strong> changed the customer <bdi>{what}</bdi>")),
    ("customer.deleted", markup("<strong><bdi>{who}</bdi></strong> deleted the customer <bdi>{what}</bdi>")),
    ("user.made", markup("<strong><bdi>{who}</bdi></strong> made the account <bdi>{what}</bdi>")),
    ("user.changed", markup("<strong><bdi>{who}</bdi></strong> changed the account <bdi>{what}</bdi>")),
    (
        "user.email_verified",
        markup("<strong><bdi>{who}</bdi></strong> verified the e-mail of the account <bdi>{what}</bdi>"),
    ),
    (
        "user.state_set",
        markup("<strong><bdi>{who}</bdi></strong> opened or closed the account <bdi>{what}</bdi>"),
    ),
    (
        "user.rights_set",
        markup("<strong><bdi>{who}</bdi></strong> set the rights of the account <bdi>{what}</bdi>"),
    ),
    (
        "user.password_set",
        markup("<strong><bdi>{who}</bdi></strong> set the password of the account <bdi>{what}</bdi>"),
    ),
    (
        "user.recovery_link_made",
        markup("<strong><bdi>{who}</bdi></strong> made a recovery link for the account <bdi>{what}</bdi>"),
    ),
    ("user.recovered", markup("<strong><bdi>{who}</bdi></strong> recovered the account <bdi>{what}</bdi>")),
    (
        "user.factor_added",
        markup("<strong><bdi>{who}</bdi></strong> set up a second step for the account <bdi>{what}</bdi>"),
    ),
    (
        "user.factor_removed",
        markup("<strong><bdi>{who}</bdi></strong> removed the second step of the account <bdi>{what}</bdi>"),
    ),
    (
        "user.factors_reset",
        markup("<strong><bdi>{who}</bdi></strong> reset the second step of the account <bdi>{what}</bdi>"),
    ),
    (
        "user.recovery_codes_made",
        markup("<strong><bdi>{who}</bdi></strong> made recovery codes for the account <bdi>{what}</bdi>"),
    ),
    (
        "user.recovery_code_used",
        markup("<strong><bdi>{who}</bdi></strong> used a recovery code of the account <bdi>{what}</bdi>"),
    ),
    (
        "user.passkey_added",
        markup("<strong><bdi>{who}</bdi></strong> added a passkey to the account <bdi>{what}</bdi>"),
    ),
    (
        "user.passkey_renamed",
        markup("<strong><bdi>{who}</bdi></strong> renamed a passkey of the account <bdi>{what}</bdi>"),
    ),
    (
        "user.passkey_removed",
        markup("<strong><bdi>{who}</bdi></strong> removed a passkey of the account <bdi>{what}</bdi>"),
    ),
    (
        "user.passkey_locked",
        markup(
            "<strong><bdi>{who}</bdi></strong> locked a passkey, which may have been copied, of the account <bdi>{what}</bdi>",
        ),
    ),
    (
        "user.passkey_suspected",
        markup(
            "<strong><bdi>{who}</bdi></strong> may have used a copied passkey of the account <bdi>{what}</bdi>",
        ),
    ),
    ("user.impersonated", markup("<strong><bdi>{who}</bdi></strong> began to act as <bdi>{what}</bdi>")),
    (
        "user.impersonation_ended",
        markup("<strong><bdi>{who}</bdi></strong> no longer acts as <bdi>{what}</bdi>"),
    ),
    (
        "user.deletion_asked",
        markup("<strong><bdi>{who}</bdi></strong> asked for the deletion of the account <bdi>{what}</bdi>"),
    ),
    (
        "user.deletion_taken_back",
        markup("<strong><bdi>{who}</bdi></strong> took back the deletion of the account <bdi>{what}</bdi>"),
    ),
    ("user.deleted", markup("<strong><bdi>{who}</bdi></strong> deleted the account <bdi>{what}</bdi>")),
    (
        "user.upstream_connected",
        markup(
            "<strong><bdi>{who}</bdi></strong> connected a sign-in provider to the account <bdi>{what}</bdi>",
        ),
    ),
    (
        "user.upstream_disconnected",
        markup(
            "<strong><bdi>{who}</bdi></strong> disconnected a sign-in provider from the account <bdi>{what}</bdi>",
        ),
    ),
    ("session.revoked", markup("<strong><bdi>{who}</bdi></strong> signed out the session <bdi>{what}</bdi>")),
    ("mails.hurried", markup("<strong><bdi>{who}</bdi></strong> had the server try again <bdi>{what}</bdi>")),
    ("keys.rotated", markup("<strong><bdi>{who}</bdi></strong> rotated <bdi>{what}</bdi>")),
    (
        "instance.branding_changed",
        markup("<strong><bdi>{who}</bdi></strong> changed the looks of <bdi>{what}</bdi>"),
    ),
    ("instance.restored", markup("<strong><bdi>{who}</bdi></strong> restored <bdi>{what}</bdi>")),
    ("instance.moved", markup("<strong><bdi>{who}</bdi></strong> moved <bdi>{what}</bdi>")),
    ("audit.lost", markup("<strong><bdi>{who}</bdi></strong> could not write down <bdi>{what}</bdi>")),
];
/// What stands there of sessions that have no name of their own.
const SESSIONS: Markup = markup("<strong><bdi>{who}</bdi></strong> signed out <bdi>{what}</bdi>");
/// What stands there of an action without a sentence; there is none.
const OTHER: Markup = markup("<strong><bdi>{who}</bdi></strong> changed <bdi>{what}</bdi>");

/// The sentence of an act, with `{who}` and `{what}`.
pub(super) fn sentence(act: &Act) -> Markup {
    let code = act.action.code();
    if code == "session.revoked" && act.target.kind != "session" {
        return SESSIONS;
    }
    SENTENCES.into_iter().find(|(known, _)| *known == code).map_or(OTHER, |(_, sentence)| sentence)
}

#[cfg(test)]
mod tests {
    use postern_domain::audit::Action;

    use super::*;

    #[test]
    fn every_action_has_a_sentence() {
        let known: Vec<&str> = SENTENCES.iter().map(|(code, _)| *code).collect();
        let actions: Vec<&str> = Action::ALL.iter().map(|action| action.code()).collect();
        assert_eq!(known, actions);
    }

    #[test]
    fn sentences_have_the_words_of_their_action() {
        for (action, (_, sentence)) in Action::ALL.iter().zip(SENTENCES) {
            let sentence = sentence.to_string();
            assert!(sentence.contains(&format!("</strong> {} ", action.words())), "{sentence}");
        }
    }
}
