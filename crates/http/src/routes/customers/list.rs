use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use postern_domain::Customer;
use postern_flows::{App, Paging, customers};
use postern_templating::pages::{CustomerRow, Customers};
use postern_templating::{Pager, When};

use super::place::{Done, Place};
use crate::answer::PageRefusal;
use crate::page;
use crate::request::{QueryParams, SignedIn, Visitor};

pub(super) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    QueryParams(query): QueryParams,
) -> Result<Response, PageRefusal> {
    let query = query?;
    let place = Place::of(&app, &signed_in, &slug).await?;
    let (search, cursor) = (query.get("q"), query.get("cursor"));
    let id = place.organization.id;
    let paging = Paging::parse(None, cursor)?;
    let found = customers::list(&app, &place.actor, id, search, &paging).await?;
    let now = app.clock.now().0;
    let page_of = |cursor: Option<&str>| address(&place, search, cursor);
    let mut chrome = place.chrome(&app, &visitor);
    chrome.notice = Done::notice(query.get("done"));
    Ok(page::render(&Customers {
        chrome,
        slug: place.organization.slug.to_string(),
        total: customers::count(&app, &place.actor, id).await?,
        query: search.unwrap_or_default().to_owned(),
        pager: Pager {
            // The way back to the start is enough for a list that few people page through.
            previous_url: cursor.map(|_| page_of(None)),
            next_url: found.next.as_deref().map(|next| page_of(Some(next))),
        },
        customers: found.items.into_iter().map(|customer| row(&customer, now)).collect(),
    }))
}

fn address(place: &Place, search: Option<&str>, cursor: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("q", search), ("cursor", cursor)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { place.list() } else { format!("{}?{query}", place.list()) }
}

fn row(customer: &Customer, now: i64) -> CustomerRow {
    CustomerRow {
        id: customer.id.to_string(),
        name: customer.name.as_ref().map(ToString::to_string),
        email: customer.email.to_string(),
        external_id: customer.external_id.clone(),
        created: When::new(customer.created_at.0, now),
    }
}
