use axum::Json;
use axum::http::StatusCode;
use postern_flows::App;
use postern_flows::administration;
use postern_flows::branding::{self, Brand, BrandChange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{Access, Call, JsonBody, Operation, PictureBody, Problem, present};
use crate::rights::Routes;

const BRANDING: &str = "/v1/admin/branding";
const LOGO: &str = "/v1/admin/branding/logo";
const ADMIN: Access = Access::user("instance:admin");

pub(super) fn routes() -> Routes {
    let get = Operation::get(BRANDING, "getBranding", ADMIN)
        .summary("What the server calls itself and how it looks, and where each of it comes from")
        .answers::<BrandingShown>();
    let change = Operation::patch(BRANDING, "changeBranding", ADMIN)
        .summary("Change what the server calls itself, or its colour")
        .note("What is `null` is put back to what the settings say. It holds at once, and on other nodes within a second.")
        .takes::<BrandingChange>()
        .answers::<BrandingShown>();
    let set = Operation::put(LOGO, "setLogo", ADMIN)
        .summary("Give the server a logo")
        .note("A PNG, JPEG or WebP of at most 1 MiB and 4,096 by 4,096 pixels; it is cut square and made smaller.")
        .takes_picture()
        .answers::<BrandingShown>();
    let remove = Operation::delete(LOGO, "removeLogo", ADMIN).summary("Take the server's logo away");
    Routes::new().api(get, shown).api(change, changed).api(set, logo_set).api(remove, logo_removed)
}

/// What the server calls itself and how it looks.
#[derive(Debug, Serialize, ToSchema)]
struct BrandingShown {
    name: String,
    /// As `#rrggbb`; `null` for Postern's own.
    accent: Option<String>,
    /// `null` for Postern's own mark.
    logo_url: Option<String>,
    sources: BrandingSources,
}

/// Where each of it comes from: the file, the environment variable or the flag, or `console`; `null` if it is as it is by
/// itself.
#[derive(Debug, Serialize, ToSchema)]
struct BrandingSources {
    name: Option<String>,
    accent: Option<String>,
    logo: Option<String>,
}

/// What is to change; what is left out stays as it is, and what is `null` is put back to what the settings say.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct BrandingChange {
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    /// As `#rrggbb`.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    accent: Option<Option<String>>,
}

impl BrandingShown {
    fn new(app: &App, brand: &Brand) -> Self {
        let of = |source: &Option<_>| source.as_ref().map(ToString::to_string);
        Self {
            name: brand.name.clone(),
            accent: brand.accent.as_ref().map(ToString::to_string),
            logo_url: brand.logo_path().map(|path| app.config.url(&path)),
            sources: BrandingSources {
                name: of(&brand.sources.name),
                accent: of(&brand.sources.accent),
                logo: of(&brand.sources.logo),
            },
        }
    }
}

async fn shown(Call { app, caller }: Call) -> Result<Json<BrandingShown>, Problem> {
    administration::needs_administrator(&caller.actor)?;
    Ok(Json(BrandingShown::new(&app, &app.brand())))
}

async fn changed(
    Call { app, caller }: Call,
    JsonBody(body): JsonBody<BrandingChange>,
) -> Result<Json<BrandingShown>, Problem> {
    caller.needs_proof(&app)?;
    let change = BrandChange { name: body.name, accent: body.accent };
    let brand = branding::change(&app, &caller.actor, &change).await?;
    Ok(Json(BrandingShown::new(&app, &brand)))
}

async fn logo_set(
    Call { app, caller }: Call,
    PictureBody(picture): PictureBody,
) -> Result<Json<BrandingShown>, Problem> {
    caller.needs_proof(&app)?;
    let brand = branding::set_logo(&app, &caller.actor, picture.to_vec()).await?;
    Ok(Json(BrandingShown::new(&app, &brand)))
}

async fn logo_removed(Call { app, caller }: Call) -> Result<StatusCode, Problem> {
    caller.needs_proof(&app)?;
    branding::remove_logo(&app, &caller.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
