//! `/v1/scopes`: the scope catalogue.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use postern_domain::{InstanceRight, ScopeSpec, SubjectType};
use postern_flows::App;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{Access, Filters, Listing, Operation, Problem, part_of};
use crate::rights::Routes;

const LIST: &str = "scopes";

pub(crate) fn routes() -> Routes {
    let list = Operation::get("/v1/scopes", "listScopes", Access::ANYBODY)
        .summary("What tokens and apps can be allowed")
        .lists::<Scope>();
    Routes::new().api(list, scopes)
}

/// A scope of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
struct Scope {
    /// As it is requested.
    name: String,
    /// What it allows, in a few words.
    label: String,
    /// The same in a sentence.
    description: String,
    /// The heading it stands under.
    group: String,
    /// The kinds of subject a token with it may have.
    #[schema(value_type = Vec<String>)]
    subjects: Vec<SubjectType>,
    /// Held only by people with this right.
    #[schema(value_type = Option<String>)]
    right: Option<InstanceRight>,
}

async fn scopes(State(app): State<Arc<App>>, filters: Filters) -> Result<Json<Listing<Scope>>, Problem> {
    let paging = filters.paging()?;
    let shown = app.catalogue.rows().iter().filter(|row| !row.hidden);
    let slice = part_of(&app, &paging, LIST, shown, |row| row.name.clone())?;
    Ok(Json(slice.map(Scope::from).into()))
}

impl From<&ScopeSpec> for Scope {
    fn from(row: &ScopeSpec) -> Self {
        Self {
            name: row.name.clone(),
            label: row.label.clone(),
            description: row.description.clone(),
            group: row.group.clone(),
            subjects: row.subjects.clone(),
            right: row.right,
        }
    }
}
