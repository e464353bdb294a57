use postern_domain::{OrganizationId, Refusal, said};

use super::choice;
use super::decide::authorize;
use super::evaluate::{check, unreturnable};
use super::next::{Next, Person, Unreturnable};
use super::target::FORM;
use crate::App;

/// Whether a form is of a page of choices, and not of a consent page.
pub fn is_choice(request: &str) -> bool {
    request.starts_with(FORM)
}

/// Takes for which organization a person lets a request go on: `request` is what the page's form sent back. `None` is that
/// they chose nothing. Whether they may is decided when the request goes on.
///
/// # Errors
/// [`Unreturnable`] if the client or its redirect URI does not hold, or the form is not of such a page.
pub async fn choose(
    app: &App,
    request: &str,
    goes_on: bool,
    organization: Option<OrganizationId>,
    person: Option<Person<'_>>,
) -> Result<Next, Unreturnable> {
    let query = request.strip_prefix(FORM).ok_or_else(|| {
        Unreturnable::of_person(Refusal::invalid_request(
            "the form is not of a page of choices; go back to the app and begin again",
        ))
    })?;
    let now = app.clock.now();
    let checked = match check(app, query, now).await {
        Ok(checked) => checked,
        Err(error) => return Err(unreturnable(app, error).await),
    };
    let Some(person) = person else { return Ok(Next::SignIn(checked.path())) };
    if !goes_on {
        let refusal = Refusal::access_denied("the person chose no organization");
        return Ok(Next::Return(checked.return_to.refuse(refusal)));
    }
    let Some(organization) = organization else {
        let again = checked.query_with(Some(choice::OPEN));
        return Ok(match authorize(app, &again, Some(person)).await? {
            Next::ChooseOrganization(mut page) => {
                page.problem = Some(said("Choose an organization."));
                Next::ChooseOrganization(page)
            }
            next => next,
        });
    };
    let word = choice::word(app, checked.choice().0, person.session, organization, now);
    authorize(app, &checked.query_with(Some(&word)), Some(person)).await
}
