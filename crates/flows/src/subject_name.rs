//! By which `sub` a client knows whom its tokens speak for (OIDC Core section 8).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{Client, Subject, SubjectIdentifierType, UserId};

use crate::App;

/// The `sub` of a subject for a client. It is the subject's id, unless the client asked for pairwise ones: then a person has
/// another one in each sector, which only this server can make and which says nothing of the id. An organization has its
/// id everywhere: it is nobody in particular, and clients call the API with it.
pub(crate) fn sub(app: &App, client: &Client, subject: Subject) -> String {
    match subject {
        Subject::User(user) => of_user(app, client, user),
        other => other.to_string(),
    }
}

/// The same of a person.
pub(crate) fn of_user(app: &App, client: &Client, user: UserId) -> String {
    match client.metadata.subject_type {
        SubjectIdentifierType::Public => user.to_string(),
        SubjectIdentifierType::Pairwise => {
            // Nobody registers without a sector; without one, a client would be a sector by itself.
            let sector = client.metadata.sector().unwrap_or_else(|| client.identifier.to_string());
            URL_SAFE_NO_PAD.encode(app.secret_key.pairwise(&sector, user.0.as_bytes()))
        }
    }
}

#[cfg(test)]
mod tests {
    use postern_domain::{ClientType, OrganizationId, RedirectUri};

    use super::*;
    use crate::party::Party;

    fn at(client: &Client, subject_type: SubjectIdentifierType, uri: &str) -> Client {
        let mut client = client.clone();
        client.metadata.subject_type = subject_type;
        client.metadata.redirect_uris = vec![RedirectUri::register(uri, ClientType::Confidential).unwrap()];
        client
    }

    #[tokio::test]
    async fn a_person_has_one_name_in_a_sector_and_another_in_the_next() {
        let party = Party::new().await;
        let (app, user) = (&party.app, party.user.id);
        let public = at(&party.client, SubjectIdentifierType::Public, "https://a.example/cb");
        assert_eq!(of_user(app, &public, user), user.to_string());
        let pairwise = |uri| at(&party.client, SubjectIdentifierType::Pairwise, uri);
        let name = of_user(app, &pairwise("https://a.example/cb"), user);
        assert_eq!(name, of_user(app, &pairwise("https://a.example:8443/other"), user));
        assert_eq!(name.len(), 43);
        assert!(!name.contains(&user.to_string()));
        assert_ne!(name, of_user(app, &pairwise("https://b.example/cb"), user));
        let another: UserId = app.new_id();
        assert_ne!(name, of_user(app, &pairwise("https://a.example/cb"), another));
        let organization: OrganizationId = app.new_id();
        let subject = Subject::Organization(organization);
        assert_eq!(sub(app, &pairwise("https://a.example/cb"), subject), organization.to_string());
    }
}
