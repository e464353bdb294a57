use axum::response::Response;
use postern_domain::Customer;
use postern_flows::{Paging, customers};
use postern_templating::pages::{CustomerRow, Customers};
use postern_templating::{Pager, When};

use super::place::{AtCustomers, Done};
use crate::answer::PageRefusal;
use crate::page;
use crate::request::{PageQuery, PageRequest};
use crate::routes::organizations::AtPlace;

pub(super) async fn list(at: AtCustomers, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let AtPlace { page: PageRequest { app, .. }, place } = &at.0;
    let (search, cursor) = (query.get("q"), query.get("cursor"));
    let id = place.organization.id;
    let paging = Paging::parse(None, cursor)?;
    let found = customers::list(app, &place.actor, id, search, &paging).await?;
    let now = app.clock.now().0;
    let page_of = |cursor: Option<&str>| address(&at, search, cursor);
    let mut chrome = at.chrome();
    chrome.notice = Done::notice(query.get("done"));
    Ok(page::render(&Customers {
        chrome,
        slug: place.organization.slug.to_string(),
        total: customers::count(app, &place.actor, id).await?,
        query: search.unwrap_or_default().to_owned(),
        pager: Pager {
            // The way back to the start is enough for a list that few people page through.
            previous_url: cursor.map(|_| page_of(None)),
            next_url: found.next.as_deref().map(|next| page_of(Some(next))),
        },
        customers: found.items.into_iter().map(|customer| row(&customer, now)).collect(),
    }))
}

fn address(at: &AtCustomers, search: Option<&str>, cursor: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("q", search), ("cursor", cursor)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { at.list() } else { format!("{}?{query}", at.list()) }
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
