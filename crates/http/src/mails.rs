//! From a mail to what its reader sees.

mod account;

use postern_domain::{Refusal, Timestamp};
use postern_flows::App;
use postern_flows::mail::{
    InvitationMail, LeakedToken, Letter, MadeToken, Mail, Rendered, RevokedToken, TokenEnds, TokenFacts,
    VerificationMail,
};
use postern_templating::mails::{
    Invitation, Mail as Template, MailFrame, TokenEnding, TokenLeaked, TokenMade, TokenRevoked, Verification,
};
use postern_templating::{Language, Text, When, t, tn};

/// Renders a mail, in the language that its recipient has in the profile.
///
/// # Errors
/// `server_error` if its template cannot be rendered.
pub fn render_mail(app: &App, letter: &Letter) -> Result<Rendered, Refusal> {
    let from = Writer { app, letter };
    match &letter.mail {
        Mail::Invitation(mail) => from.rendered(&from.invitation(mail)),
        Mail::Verification(mail) => from.rendered(&from.verification(mail)),
        Mail::Recovery(mail) => from.rendered(&from.recovery(mail)),
        Mail::AccountMade(mail) => from.rendered(&from.account_made(mail)),
        Mail::PasswordChanged(mail) => from.rendered(&from.password_changed(mail)),
        Mail::EmailChanged(mail) => from.rendered(&from.email_changed(mail)),
        Mail::FactorChanged(mail) => from.rendered(&from.factor_changed(mail)),
        Mail::AccountEnd(mail) => from.rendered(&from.account_end(mail)),
        Mail::Impersonated(mail) => from.rendered(&from.impersonated(mail)),
        Mail::NewDevice(mail) => from.rendered(&from.new_device(mail)),
        Mail::TokenEnding(mail) => from.rendered(&from.token_ending(mail)),
        Mail::TokenRevoked(mail) => from.rendered(&from.token_revoked(mail)),
        Mail::TokenMadeForYou(mail) => from.rendered(&from.token_made(mail)),
        Mail::LeakedTokenRevoked(mail) => from.rendered(&from.token_leaked(mail)),
    }
}

struct Writer<'a> {
    app: &'a App,
    letter: &'a Letter,
}

impl Writer<'_> {
    fn rendered(&self, mail: &impl Template) -> Result<Rendered, Refusal> {
        let language = self.language();
        let text = mail.text(language).map_err(Refusal::because)?;
        let html = mail.html(language).map_err(Refusal::because)?;
        Ok(Rendered { subject: mail.subject(language), text, html })
    }

    fn language(&self) -> Language {
        let locale = self.letter.to.locale.as_ref();
        locale.and_then(|locale| Language::of_tag(locale.as_str())).unwrap_or_default()
    }

    fn frame(&self) -> MailFrame {
        let config = &self.app.config;
        MailFrame {
            service: self.app.brand().name.clone(),
            service_url: config.issuer().to_owned(),
            to_name: self.letter.to.name.as_ref().map(ToString::to_string).unwrap_or_default(),
        }
    }

    fn when(&self, at: Timestamp) -> When {
        When::new(at.0, self.letter.now.0)
    }

    fn invitation(&self, mail: &InvitationMail) -> Invitation {
        let inviter = mail.inviter.as_ref().unwrap_or(&mail.organization);
        Invitation {
            frame: self.frame(),
            organization: mail.organization.to_string(),
            inviter: inviter.to_string(),
            role: Text::sentence(mail.role.to_string()),
            email: self.letter.to.email.to_string(),
            url: self.app.config.url(&mail.path()),
            expires: self.when(mail.expires_at),
        }
    }

    fn verification(&self, mail: &VerificationMail) -> Verification {
        Verification {
            frame: self.frame(),
            email: self.letter.to.email.to_string(),
            url: self.app.config.url(&mail.path()),
            expires: self.when(mail.expires_at),
        }
    }

    fn token_ending(&self, mail: &TokenEnds) -> TokenEnding {
        let token = &mail.token;
        TokenEnding {
            frame: self.frame(),
            token: token.name.to_string(),
            hint: token.hint.clone(),
            organization: organization(token),
            expires: self.when(mail.expires_at),
            last_used: mail.last_used_at.map(|at| self.when(at)),
            renew_url: self.app.config.url(&format!("{}/renew", token.path())),
        }
    }

    fn token_revoked(&self, mail: &RevokedToken) -> TokenRevoked {
        let token = &mail.token;
        let by = match &mail.by {
            Some(name) if mail.by_administrator => t("{name}, an administrator").with("name", name.as_str()),
            Some(name) => Text::verbatim(name.to_string()),
            None => t("The operator of this server"),
        };
        TokenRevoked {
            frame: self.frame(),
            token: token.name.to_string(),
            hint: token.hint.clone(),
            organization: organization(token),
            by,
            at: self.when(mail.at),
            tokens_url: self.app.config.url(&token.list_path()),
        }
    }

    fn token_made(&self, mail: &MadeToken) -> TokenMade {
        let token = &mail.token;
        let holds = match mail.scopes {
            _ if mail.everything => t("everything you may do"),
            scopes => tn("{count} scope", "{count} scopes", scopes),
        };
        TokenMade {
            frame: self.frame(),
            token: token.name.to_string(),
            hint: token.hint.clone(),
            by: mail.by.as_ref().map(ToString::to_string),
            holds,
            expires: mail.expires_at.map(|at| self.when(at)),
            token_url: self.app.config.url(&token.path()),
        }
    }

    fn token_leaked(&self, mail: &LeakedToken) -> TokenLeaked {
        let token = &mail.token;
        TokenLeaked {
            frame: self.frame(),
            token: token.name.to_string(),
            hint: token.hint.clone(),
            found_at: mail.found_at.as_deref().map(line),
            reporter: mail.reporter.as_deref().map(line),
            at: self.when(mail.at),
            last_used: mail.last_used_at.map(|at| (self.when(at), mail.last_used_from.clone())),
            new_url: self.app.config.url(&format!("{}/new", token.list_path())),
        }
    }
}

fn organization(token: &TokenFacts) -> Option<String> {
    token.organization.as_ref().map(|(name, _)| name.to_string())
}

/// What a stranger wrote, as one line of the mail that cannot be taken for another of it.
fn line(text: &str) -> String {
    const LONGEST: usize = 300;
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect()
}

#[cfg(test)]
mod tests;
