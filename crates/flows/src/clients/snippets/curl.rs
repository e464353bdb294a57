use postern_domain::AuthMethod;

use super::Facts;
use super::quote::{encoded, shell};

/// The code flow by hand, for any POSIX shell with curl and openssl.
pub(super) fn program(facts: &Facts<'_>) -> String {
    let authorize = format!(
        "{}?response_type=code&client_id={}&redirect_uri={}&scope={}",
        facts.url("/v1/oauth2/authorize"),
        encoded(facts.client_id),
        encoded(facts.redirect_uri),
        encoded(&facts.scope),
    );
    let (secret, proof) = proof(facts);
    let token = shell(&facts.url("/v1/oauth2/token"));
    let redirect_uri = shell(&format!("redirect_uri={}", facts.redirect_uri));
    format!(
        "{secret}\
# 1. Open the address that this prints in a browser and sign in.
VERIFIER=$(openssl rand -hex 32)
CHALLENGE=$(printf %s \"$VERIFIER\" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')
echo {}\"&state=$(openssl rand -hex 8)&code_challenge=$CHALLENGE&code_challenge_method=S256\"

# 2. The browser ends at the redirect URI. Paste the code that stands in its address bar.
printf 'code: '; read -r CODE
curl -sS {token} \\
{proof}  --data-urlencode \"code=$CODE\" \\
  --data-urlencode {redirect_uri} \\
  -d grant_type=authorization_code \\
  -d \"code_verifier=$VERIFIER\"
",
        shell(&authorize),
    )
}

/// The line that asks for the secret, and those by which the client proves who it is.
fn proof(facts: &Facts<'_>) -> (&'static str, String) {
    const ASK: &str = ": \"${CLIENT_SECRET:?put the client secret into CLIENT_SECRET}\"\n\n";
    let id = format!("  --data-urlencode {} \\\n", shell(&format!("client_id={}", facts.client_id)));
    match facts.auth_method {
        _ if facts.is_public => ("", id),
        Some(AuthMethod::ClientSecretPost) => {
            (ASK, format!("{id}  --data-urlencode \"client_secret=$CLIENT_SECRET\" \\\n"))
        }
        _ => (ASK, format!("  --user {}:\"$CLIENT_SECRET\" \\\n", shell(&encoded(facts.client_id)))),
    }
}
