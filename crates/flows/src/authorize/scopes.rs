use std::collections::BTreeSet;

use postern_domain::{ClientMetadata, Refusal, Scopes, SubjectType};

use crate::App;

/// The scopes of a request (RFC 6749 section 3.3): what it names, which must be declared, known and for the kind of
/// subject it is about; or, if it names none, all that the client declared and that is still known. What they imply comes
/// along where it is declared too. Of an `audience`, only what can be asked for at its APIs.
pub(super) fn requested(
    app: &App,
    scope: Option<&str>,
    client: &ClientMetadata,
    subject: SubjectType,
    audience: Option<&BTreeSet<String>>,
) -> Result<Scopes, Refusal> {
    let catalogue = &app.catalogue;
    let fitting = |name: &str| catalogue.find(name).is_some_and(|row| row.subjects.contains(&subject));
    let askable = |scopes: Scopes| match audience {
        Some(audience) => app.resources.askable(&scopes, audience),
        None => scopes,
    };
    let Some(scope) = scope else {
        return Ok(askable(client.scopes.iter().filter(|name| fitting(name)).map(str::to_owned).collect()));
    };
    let scopes: Scopes = scope
        .parse()
        .map_err(|error: postern_domain::ScopeError| Refusal::invalid_scope(error.to_string()))?;
    let undeclared = scopes.difference(&client.scopes);
    if let Some(name) = undeclared.first_shortened() {
        return Err(Refusal::invalid_scope(format!("the client has not declared the scope “{name}”")));
    }
    if let Some(name) = catalogue.unknown(&scopes).first_shortened() {
        return Err(Refusal::invalid_scope(format!("this server does not know the scope “{name}” any more")));
    }
    let others: Scopes = scopes.iter().filter(|name| !fitting(name)).map(str::to_owned).collect();
    if let Some(name) = others.first_shortened() {
        let kind = if subject == SubjectType::Organization { "organizations" } else { "people" };
        return Err(Refusal::invalid_scope(format!("the scope “{name}” is not for {kind}")));
    }
    if let Some(audience) = audience {
        app.resources.check_askable(&scopes, audience)?;
    }
    Ok(askable(catalogue.with_implied(&scopes).intersection(&client.scopes)))
}
