use postern_domain::{OrganizationId, Refusal, Timestamp, UserId};
use postern_storage::consents::{self, Whose};
use postern_storage::{Tx, invitations, tokens};

/// Ends what somebody set up in an organization who may not speak for it any more: the access they let apps have, the
/// tokens they made, and the invitations they sent.
pub(super) async fn end_what_they_set_up(
    tx: &Tx,
    organization: OrganizationId,
    user: UserId,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<(), Refusal> {
    consents::delete_for_organization(tx, organization, Whose::User(user)).await?;
    tokens::revoke_of_organization(tx, organization, Whose::User(user), by, now).await?;
    invitations::remove_by_inviter(tx, organization, user).await?;
    Ok(())
}
