//! Mails about how people get into their account.

use postern_flows::mail::{
    AccountEnd, ChangedEmail, ChangedFactor, ChangedPassword, FactorChange, ImpersonatedMail, NewDevice,
    PasswordChange, RecoveryMail,
};
use postern_templating::mails::{
    AccountEnd as AccountEndMail, AccountMade, EmailChanged, FactorChanged, Impersonated,
    NewDevice as NewDeviceMail, PasswordChanged, Recovery,
};
use postern_templating::{t, tn};

use super::Writer;
use crate::routes::RECOVER;
use crate::session::device_of;

impl Writer<'_> {
    pub(super) fn recovery(&self, mail: &RecoveryMail) -> Recovery {
        Recovery {
            frame: self.frame(),
            username: mail.username.to_string(),
            url: self.app.config.url(&mail.path()),
            expires: self.when(mail.expires_at),
        }
    }

    pub(super) fn account_made(&self, mail: &RecoveryMail) -> AccountMade {
        AccountMade {
            frame: self.frame(),
            username: mail.username.to_string(),
            url: self.app.config.url(&mail.path()),
            expires: self.when(mail.expires_at),
        }
    }

    pub(super) fn password_changed(&self, mail: &ChangedPassword) -> PasswordChanged {
        let what = match mail.how {
            PasswordChange::Known => {
                t("The password of your account was changed by somebody who knew the one before.")
            }
            PasswordChange::Recovered => t("The password of your account was changed by a recovery link."),
            PasswordChange::Operator => {
                t("The password of your account was changed by the people who run this server.")
            }
        };
        PasswordChanged {
            frame: self.frame(),
            username: mail.username.to_string(),
            what,
            at: self.when(mail.at),
            address: mail.address.map(|address| address.to_string()),
            recover_url: self.app.config.url(RECOVER),
        }
    }

    pub(super) fn factor_changed(&self, mail: &ChangedFactor) -> FactorChanged {
        let what = match mail.change {
            FactorChange::Added => t("A second step was set up for your account"),
            FactorChange::Replaced => t("Another authenticator app was set up for your account"),
            FactorChange::Removed => t("The second step of your account was removed"),
            FactorChange::Reset => t("The second step of your account was reset by an administrator"),
            FactorChange::PasskeyAdded => t("A passkey was added to your account"),
            FactorChange::PasskeyRemoved => t("A passkey of your account was removed"),
            FactorChange::PasskeyLocked => {
                t("A passkey of your account is locked: somebody may have a copy of it")
            }
            FactorChange::CodesMade => t("New recovery codes were made for your account"),
            FactorChange::CodeUsed { left: 0 } => {
                t("A recovery code was used to sign in to your account; none is left")
            }
            FactorChange::CodeUsed { left } => tn(
                "A recovery code was used to sign in to your account; {count} is left",
                "A recovery code was used to sign in to your account; {count} are left",
                left,
            ),
            FactorChange::ProviderConnected => t("Your account can be signed in to in a further way"),
            FactorChange::ProviderDisconnected => t("A sign-in provider was disconnected from your account"),
        };
        FactorChanged {
            frame: self.frame(),
            username: mail.username.to_string(),
            what,
            is_copied: mail.change == FactorChange::PasskeyLocked,
            at: self.when(mail.at),
            address: mail.address.map(|address| address.to_string()),
            security_url: self.app.config.url("/settings/security"),
        }
    }

    pub(super) fn email_changed(&self, mail: &ChangedEmail) -> EmailChanged {
        EmailChanged {
            frame: self.frame(),
            username: mail.username.to_string(),
            at: self.when(mail.at),
            address: mail.address.map(|address| address.to_string()),
            profile_url: self.app.config.url("/settings/profile"),
        }
    }

    pub(super) fn account_end(&self, mail: &AccountEnd) -> AccountEndMail {
        AccountEndMail {
            frame: self.frame(),
            username: mail.username.to_string(),
            deletes: mail.deletes_at.map(|at| self.when(at)),
            at: self.when(mail.at),
            address: mail.address.map(|address| address.to_string()),
            account_url: self.app.config.url("/settings/account"),
        }
    }

    pub(super) fn impersonated(&self, mail: &ImpersonatedMail) -> Impersonated {
        Impersonated {
            frame: self.frame(),
            username: mail.username.to_string(),
            by: mail.by.to_string(),
            by_username: mail.by_username.to_string(),
            reason: mail.reason.clone(),
            at: self.when(mail.at),
            until: self.when(mail.until),
            sessions_url: self.app.config.url("/settings/sessions"),
        }
    }

    pub(super) fn new_device(&self, mail: &NewDevice) -> NewDeviceMail {
        let (_, device) = device_of(&mail.user_agent);
        NewDeviceMail {
            frame: self.frame(),
            username: mail.username.to_string(),
            device,
            address: mail.address.clone(),
            at: self.when(mail.at),
            sessions_url: self.app.config.url("/settings/sessions"),
        }
    }
}
