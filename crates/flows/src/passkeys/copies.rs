use postern_domain::audit::{Action, By};
use postern_domain::{Refusal, User};
use postern_storage::passkeys::{self, Passkey};
use webauthn_rs::prelude::PublicKeyCredential;

use crate::mail::FactorChange;
use crate::users::acts;
use crate::{App, Denied, audit, mail, notices};

/// Where the count is in what a device signs (Web Authentication section 6.1).
const COUNT: std::ops::Range<usize> = 33..37;

/// A passkey that counts backwards may be there twice (Web Authentication section 6.1.1): it is refused. It is locked as
/// well, since a copy that counts on would get in with its next answers. The signature was right, so nobody can have it
/// locked who has not the key. A device that has counted and says 0 now has stopped to count: that locks nothing.
pub(super) async fn suspect(
    app: &App,
    user: &User,
    passkey: &Passkey,
    credential: &PublicKeyCredential,
) -> Result<Denied, Refusal> {
    let counts = count(credential).is_some_and(|count| count != 0);
    let (act, notice) = if counts {
        let act = acts::entry(app, By::Server, Action::USER_PASSKEY_LOCKED, user);
        (act, notices::factor_changed(app, user, FactorChange::PasskeyLocked)?)
    } else {
        (acts::entry(app, By::user(user.id), Action::USER_PASSKEY_SUSPECTED, user), None)
    };
    tracing::warn!(user = %user.id, locked = counts, "a passkey counted backwards: it may have been copied");
    let input = (passkey.id, app.clock.now(), act, notice);
    app.db
        .write(input, move |tx, (id, now, act, notice)| {
            Box::pin(async move {
                // Of several answers at once one locks it.
                if counts && !passkeys::lock(tx, *id, *now).await? {
                    return Ok(());
                }
                audit::act(tx, act).await?;
                Ok::<_, Refusal>(mail::queue_all(tx, notice.as_slice()).await?)
            })
        })
        .await?;
    Ok(Denied::Wrong)
}

fn count(credential: &PublicKeyCredential) -> Option<u32> {
    let bytes = credential.response.authenticator_data.as_slice().get(COUNT)?;
    bytes.try_into().ok().map(u32::from_be_bytes)
}
