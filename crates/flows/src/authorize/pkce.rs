use postern_domain::{ClientMetadata, ClientType, CodeChallenge, Params, Refusal};

use crate::RequirePkce;

/// The code challenge of a request (RFC 7636 section 4.3): S256 only. Public clients must send one, confidential ones
/// where they or the instance ask for it.
pub(super) fn challenge(
    params: &Params,
    client: &ClientMetadata,
    policy: RequirePkce,
) -> Result<Option<CodeChallenge>, Refusal> {
    let method = params.get("code_challenge_method");
    if let Some(challenge) = params.get("code_challenge") {
        let challenge = CodeChallenge::parse(challenge, method);
        return challenge.map(Some).map_err(|error| Refusal::invalid_request(error.to_string()));
    }
    if method.is_some() {
        return Err(Refusal::invalid_request("code_challenge_method was sent without code_challenge"));
    }
    if client.client_type == ClientType::Public || client.require_pkce || policy == RequirePkce::All {
        return Err(Refusal::invalid_request(
            "code_challenge is missing: this client must use PKCE with S256 (RFC 7636 section 4.3)",
        ));
    }
    Ok(None)
}
