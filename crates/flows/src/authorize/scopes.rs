use postern_domain::{Catalogue, ClientMetadata, Refusal, Scopes, SubjectType};

/// The scopes of a request (RFC 6749 section 3.3): what it names, which must be declared, known and for the kind of
/// subject it is about; or, if it names none, all that the client declared and that is still known. What they imply comes
/// along where it is declared too. `there` is what the APIs have that the request is for: beyond that, only who somebody
/// is can be asked.
pub(super) fn requested(
    scope: Option<&str>,
    client: &ClientMetadata,
    catalogue: &Catalogue,
    subject: SubjectType,
    there: Option<&Scopes>,
) -> Result<Scopes, Refusal> {
    let fitting = |name: &str| catalogue.find(name).is_some_and(|row| row.subjects.contains(&subject));
    let is_there =
        |name: &str| there.is_none_or(|there| there.contains(name)) || Catalogue::is_identity(name);
    let only_there =
        |scopes: &Scopes| scopes.iter().filter(|name| is_there(name)).map(str::to_owned).collect();
    let Some(scope) = scope else {
        let declared = client.scopes.iter().filter(|name| fitting(name)).map(str::to_owned).collect();
        return Ok(only_there(&declared));
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
    if let Some(name) = scopes.difference(&only_there(&scopes)).first_shortened() {
        return Err(Refusal::invalid_scope(format!("no API that “resource” names has the scope “{name}”")));
    }
    Ok(only_there(&catalogue.with_implied(&scopes).intersection(&client.scopes)))
}
