use postern_domain::{InstanceRight, User};

use crate::users::{self, NewUser, Standing};
use crate::{Actor, App, FieldErrors, FormRefusal};

/// Makes an account for somebody: with the password that is in `new`, or, where they are invited, with a link to choose one,
/// which is written to their address.
///
/// # Errors
/// [`FormRefusal::Fields`] names what cannot be taken; `insufficient_scope` without `users:manage`, and without
/// `instance:admin` to give it rights.
pub async fn make_account(
    app: &App,
    actor: &Actor,
    new: &NewUser,
    standing: Standing,
    is_invited: bool,
) -> Result<User, FormRefusal> {
    actor.needs_right(InstanceRight::UsersManage)?;
    if !standing.rights.is_empty() {
        actor.needs_right(InstanceRight::InstanceAdmin)?;
    }
    let password = new.password.clone().filter(|_| !is_invited);
    if password.is_none() && !is_invited {
        return Err(FieldErrors::one("password", "Choose a password, or have a link sent.").into());
    }
    let new = NewUser { password, ..new.clone() };
    let made = users::create_by(app, actor.by(), &new, standing, is_invited).await?;
    tracing::info!(user_id = %made.id, is_invited, "an administrator made an account");
    Ok(made)
}

#[cfg(test)]
mod tests;
