//! What every page can do: render itself from samples.

use serde::{Serialize, de::DeserializeOwned};

use crate::pages;

/// A page. Its struct is filled by the `http` crate and rendered with [`askama::Template::render`].
pub trait Page: askama::Template + Serialize + DeserializeOwned {
    /// Name of the page in the gallery and in test messages, e.g. `sign-in`.
    const NAME: &'static str;

    /// The page as most people see it.
    fn sample() -> Self;

    /// The other states worth looking at, each with a name: empty, full, with errors, with very long names.
    fn variants() -> Vec<(&'static str, Self)> {
        Vec::new()
    }

    /// The sample and all variants.
    fn samples() -> Vec<(&'static str, Self)> {
        let mut all = vec![("", Self::sample())];
        all.extend(Self::variants());
        all
    }
}

/// Something that wants to see every kind of page.
pub trait Visitor {
    /// Called once for each page.
    fn visit<P: Page>(&mut self);
}

/// Shows every page to `visitor`. A new page gets its line here.
pub fn visit_all(visitor: &mut impl Visitor) {
    visitor.visit::<pages::SignIn>();
    visitor.visit::<pages::SecondStep>();
    visitor.visit::<pages::SecondFactorRequired>();
    visitor.visit::<pages::Authenticator>();
    visitor.visit::<pages::AuthenticatorRemove>();
    visitor.visit::<pages::RecoveryCodes>();
    visitor.visit::<pages::PasskeyNew>();
    visitor.visit::<pages::PasskeyPage>();
    visitor.visit::<pages::PasskeyRemove>();
    visitor.visit::<pages::ProfileEmail>();
    visitor.visit::<pages::Reauthenticate>();
    visitor.visit::<pages::Recover>();
    visitor.visit::<pages::RecoverPassword>();
    visitor.visit::<pages::Register>();
    visitor.visit::<pages::Setup>();
    visitor.visit::<pages::SignOut>();
    visitor.visit::<pages::SignedOut>();
    visitor.visit::<pages::Consent>();
    visitor.visit::<pages::ErrorPage>();
    visitor.visit::<pages::FormPost>();
    visitor.visit::<pages::Home>();
    visitor.visit::<pages::Profile>();
    visitor.visit::<pages::Security>();
    visitor.visit::<pages::Sessions>();
    visitor.visit::<pages::Account>();
    visitor.visit::<pages::AccountDelete>();
    visitor.visit::<pages::Applications>();
    visitor.visit::<pages::Clients>();
    visitor.visit::<pages::ClientNew>();
    visitor.visit::<pages::ClientEdit>();
    visitor.visit::<pages::Client>();
    visitor.visit::<pages::ClientSecret>();
    visitor.visit::<pages::ClientDelete>();
    visitor.visit::<pages::ChooseOrganization>();
    visitor.visit::<pages::Organizations>();
    visitor.visit::<pages::OrganizationNew>();
    visitor.visit::<pages::OrganizationOverview>();
    visitor.visit::<pages::OrganizationMembers>();
    visitor.visit::<pages::OrganizationBarred>();
    visitor.visit::<pages::OrganizationJoin>();
    visitor.visit::<pages::Customers>();
    visitor.visit::<pages::CustomerForm>();
    visitor.visit::<pages::OrganizationSettings>();
    visitor.visit::<pages::OrganizationDelete>();
    visitor.visit::<pages::Tokens>();
    visitor.visit::<pages::TokenNew>();
    visitor.visit::<pages::TokenValue>();
    visitor.visit::<pages::Token>();
    visitor.visit::<pages::TokenTry>();
    visitor.visit::<pages::TokenReplay>();
    visitor.visit::<pages::TokenLearn>();
    visitor.visit::<pages::TokenRotate>();
    visitor.visit::<pages::TokenRenew>();
    visitor.visit::<pages::TokenRevoke>();
    visitor.visit::<pages::TokensRevoke>();
    visitor.visit::<pages::AdminOverview>();
    visitor.visit::<pages::AdminOrganizations>();
    visitor.visit::<pages::AdminClients>();
    visitor.visit::<pages::AdminKeys>();
    visitor.visit::<pages::AdminProviders>();
    visitor.visit::<pages::AdminMails>();
    visitor.visit::<pages::AdminBranding>();
    visitor.visit::<pages::AdminSettings>();
    visitor.visit::<pages::AdminUsers>();
    visitor.visit::<pages::AdminUser>();
    visitor.visit::<pages::AdminUserNew>();
    visitor.visit::<pages::Audit>();
    visitor.visit::<pages::AuditEventPage>();
}
