use postern_domain::ClientMetadata;

use crate::{App, FieldErrors};

/// That the sector that a client names has it: what is at its `sector_identifier_uri` lists every redirect URI (OIDC Core
/// section 8.1). What is known already is not fetched again.
///
/// # Errors
/// [`FieldErrors`] with what to change.
pub(crate) async fn check_sector(
    app: &App,
    metadata: &ClientMetadata,
    known: Option<&ClientMetadata>,
) -> Result<(), FieldErrors> {
    const FIELD: &str = "sector_identifier_uri";
    let Some(uri) = &metadata.sector_identifier_uri else { return Ok(()) };
    let is_known = known.is_some_and(|known| {
        known.sector_identifier_uri.as_ref() == Some(uri) && known.redirect_uris == metadata.redirect_uris
    });
    if is_known {
        return Ok(());
    }
    let fetched = app.outbound.get(uri.as_str()).await;
    let document = fetched.map_err(|error| FieldErrors::one(FIELD, format!("{uri}: {error}.")))?;
    let Ok(listed) = serde_json::from_slice::<Vec<String>>(&document) else {
        return Err(FieldErrors::one(
            FIELD,
            "What is there is not a JSON array of redirect URIs (OIDC Core section 8.1).",
        ));
    };
    let missing = metadata.redirect_uris.iter().find(|uri| !listed.iter().any(|one| one == uri.as_str()));
    match missing {
        Some(missing) => {
            let told = format!("What is there does not list {missing}; it must list every redirect URI.");
            Err(FieldErrors::one(FIELD, told))
        }
        None => Ok(()),
    }
}
