use axum::response::Response;
use postern_domain::{ErrorCode, Lifetime, Refusal, SecretId};
use postern_flows::App;
use postern_flows::clients::{self, Rotated, SECRET_OVERLAP};
use postern_templating::pages::{ClientSecret, SecretOccasion};
use postern_templating::{Chrome, Shortened, When, t};

use super::address::{self, Done};
use super::managed::ManagedClient;
use super::show::snippets;
use crate::answer::PageRefusal;
use crate::heading::prove_first;
use crate::request::FormAbout;
use crate::{face, page};

pub(super) async fn change(
    FormAbout(managed, form): FormAbout<ManagedClient>,
) -> Result<Response, PageRefusal> {
    let (app, manager, name) = (&managed.page.app, managed.manager(), managed.name());
    let page = address::of(&managed.client);
    if !managed.page.is_fresh() {
        return Ok(prove_first(&page));
    }
    match form.get("action") {
        Some("rotate") => match clients::rotate_secret(app, manager, name, SECRET_OVERLAP).await {
            Ok(rotated) => Ok(ready(app, managed.chrome().await?, rotated, SECRET_OVERLAP)),
            Err(refusal) if refusal.code == ErrorCode::Conflict => Ok(Done::NotRotated.and_go_to(&page)),
            Err(refusal) => Err(refusal.into()),
        },
        Some("revoke") => {
            let id = form.get("secret").and_then(|id| id.parse::<SecretId>().ok());
            let id = id.ok_or_else(|| Refusal::invalid_request("say which secret to revoke"))?;
            clients::revoke_secret(app, manager, name, id).await?;
            Ok(Done::SecretRevoked.and_go_to(&page))
        }
        _ => Err(Refusal::invalid_request("choose one of the buttons").into()),
    }
}

/// The one page that shows the secret. Every page is answered with `no-store`.
fn ready(app: &App, chrome: Chrome, rotated: Rotated, overlap: Lifetime) -> Response {
    let now = app.clock.now();
    let old_one = match rotated.old_ends_at {
        Some(_) => t("The old secret goes on working until you revoke it, {when} at the latest.")
            .with("when", When::new(now.plus(overlap).0, now.0).relative()),
        None => t("The old secret goes on working no longer: there is none that works."),
    };
    page::render(&ClientSecret {
        chrome,
        occasion: SecretOccasion::Rotated(old_one),
        url: address::of(&rotated.client),
        face: face::of(&rotated.client),
        client_id: Shortened::new(rotated.client.identifier.as_str()),
        client_secret: Some(rotated.secret.reveal().to_owned()),
        snippets: snippets(app, &rotated.client),
    })
}
