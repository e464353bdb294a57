use postern_domain::AuthMethod;

use super::Facts;
use super::quote::string;

/// A program with the openidconnect crate, version 4.
pub(super) fn program(facts: &Facts<'_>) -> String {
    let secret =
        if facts.is_public { "None" } else { "Some(ClientSecret::new(std::env::var(\"CLIENT_SECRET\")?))" };
    let mut settings = String::new();
    if facts.auth_method == Some(AuthMethod::ClientSecretPost) {
        settings.push_str("\n    .set_auth_type(openidconnect::AuthType::RequestBody)");
    }
    if !facts.is_openid {
        settings.push_str("\n    .disable_openid_scope()");
    }
    let scopes: String = facts
        .scope
        .split(' ')
        .filter(|name| *name != "openid")
        .map(|name| format!("\n        .add_scope(Scope::new({}.into()))", string(name)))
        .collect();
    let outcome = if facts.is_openid {
        "    let id_token = tokens.id_token().ok_or(\"the answer holds no id_token\")?;
    let claims = id_token.claims(&client.id_token_verifier(), &nonce)?;
    let userinfo = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone()))?;
    let userinfo: CoreUserInfoClaims = userinfo.request_async(&http).await?;
    println!(\"{claims:#?}\\n{userinfo:#?}\");"
    } else {
        "    println!(\"{tokens:#?}\");"
    };
    let client_secret = if facts.is_public { "" } else { "ClientSecret, " };
    let (nonce, token_response, userinfo) = match facts.is_openid {
        true => ("nonce", ", OAuth2TokenResponse, TokenResponse", ", CoreUserInfoClaims"),
        false => ("_nonce", "", ""),
    };
    format!(
        "// cargo add openidconnect && cargo add tokio --features macros,rt-multi-thread && cargo add url
use openidconnect::core::{{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata{userinfo}}};
use openidconnect::reqwest::{{ClientBuilder, redirect::Policy}};
use openidconnect::{{
    AuthorizationCode, ClientId, {client_secret}CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge, RedirectUrl,
    Scope{token_response},
}};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {{
    let http = ClientBuilder::new().redirect(Policy::none()).build()?;
    let issuer = IssuerUrl::new({issuer}.into())?;
    let metadata = CoreProviderMetadata::discover_async(issuer.clone(), &http).await?;
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new({client_id}.into()),
        {secret},
    )
    .set_redirect_uri(RedirectUrl::new({redirect_uri}.into())?){settings};

    // 1. Send the person to this address. In a web app, keep the other values in the person's session.
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, {nonce}) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        ){scopes}
        .set_pkce_challenge(challenge)
        .url();
    println!(\"Open {{url}}\\nPaste the address you came back to: \");

    // 2. In a web app, this is the address of the request to the redirect URI.
    let mut back = String::new();
    std::io::stdin().read_line(&mut back)?;
    let back = url::Url::parse(back.trim())?;
    let answer = |name: &str| back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    if answer(\"state\").as_ref() != Some(state.secret()) || answer(\"iss\").as_deref() != Some(issuer.as_str()) {{
        return Err(\"not the answer that was asked for\".into());
    }}
    let code = AuthorizationCode::new(answer(\"code\").ok_or(\"the answer holds no code\")?);
    let tokens = client.exchange_code(code)?.set_pkce_verifier(verifier).request_async(&http).await?;
{outcome}
    Ok(())
}}
",
        issuer = string(facts.issuer),
        client_id = string(facts.client_id),
        redirect_uri = string(facts.redirect_uri),
    )
}
