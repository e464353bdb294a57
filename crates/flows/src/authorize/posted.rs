use std::net::IpAddr;

use postern_domain::{Lifetime, Params, Refusal};

use super::asked::{Asked, pushed_if_it_must};
use super::evaluate::{refused, unreturnable};
use super::next::Unreturnable;
use super::return_to::Return;
use super::source::{Way, with_languages};
use super::unchecked::Unchecked;
use super::{PATH, stored};
use crate::App;
use crate::budget::{self, Budget, NoTry};

/// The span of the budget of requests that are kept.
const WINDOW: Lifetime = Lifetime::seconds(60);

/// What became of a posted request.
#[derive(Debug)]
pub enum Posted {
    /// It goes on under this own path.
    Kept(String),
    /// The client gets its answer at once.
    Return(Return),
}

/// Keeps a request that an app let the browser post: such a post comes without cookies, so who is signed in shows only
/// when the browser comes back by a GET. What is wrong with it is answered at once, and nothing kept.
///
/// Anybody may post one, so how many are kept of one address is bounded.
///
/// # Errors
/// [`Unreturnable`] if its client or redirect URI does not hold, or `too_many_requests` if the address has used up its
/// budget.
pub async fn keep(app: &App, form: &[u8], address: IpAddr) -> Result<Posted, Unreturnable> {
    let now = app.clock.now();
    let checked = match Unchecked::of_form(app, form, now).await?.check(app).await {
        Ok(checked) => checked,
        Err(error) => return Err(unreturnable(app, error).await),
    };
    let understood = match pushed_if_it_must(&checked) {
        Ok(()) => Asked::read(app, &checked).await.map(drop),
        Err(refusal) => Err(refusal),
    };
    if let Err(refusal) = understood {
        return Ok(Posted::Return(refused(app, &checked, refusal).await));
    }
    if let Way::Pushed(_) = checked.way {
        // It is kept already.
        return Ok(Posted::Kept(checked.path()));
    }
    take(app, address).await?;
    Ok(match stored::insert(app, checked.query(), now).await {
        Ok(handle) => {
            let query = Params::default().with(stored::PARAMETER, &handle);
            Posted::Kept(format!("{PATH}?{}", with_languages(query, &checked.params).to_urlencoded()))
        }
        Err(refusal) => Posted::Return(checked.return_to.refuse(refusal)),
    })
}

/// Counts a request that is to be kept.
pub(super) async fn take(app: &App, address: IpAddr) -> Result<(), Unreturnable> {
    let limit = app.config.rate_limits.posted_request;
    let budget = Budget::of_address(app, "posted authorization request", address, limit, WINDOW);
    budget::check(app, &[budget]).await.map_err(too_many)?;
    budget::take(app, vec![budget]).await.map_err(too_many)?;
    Ok(())
}

fn too_many(no: NoTry) -> Unreturnable {
    match no {
        NoTry::Exhausted { retry_after } => {
            let wait = Lifetime::seconds(retry_after);
            let told = format!("too many sign-ins were begun from your network; try again in {wait}");
            Unreturnable::of_person(Refusal::too_many_requests(told).after(wait))
        }
        NoTry::Refused(refusal) => Unreturnable::of_person(refusal),
    }
}
