use postern_domain::{AuthMethod, Client, Lifetime, Params, Refusal, TokenHash};
use postern_storage::one_time_values;
use serde::Deserialize;

use crate::client_jwt::{Audience, ClientJwt, Times};
use crate::{App, endpoints};

/// `client_assertion_type` (RFC 7523 section 2.2).
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const PURPOSE: &str = "client_assertion";
/// The `typ` it may have; an assertion made for something else must not count as one.
const KINDS: [&str; 2] = ["jwt", "client-authentication+jwt"];
/// How long an assertion may be good for: so long its `jti` is remembered.
const LONGEST: Lifetime = Lifetime::seconds(60 * 60);
const LONGEST_JTI: usize = 256;

/// A JWT by which a client says who it is (RFC 7523 section 3).
#[derive(Debug)]
pub(super) struct Assertion<'a> {
    pub(super) jwt: ClientJwt<'a>,
    claims: Result<Claims, &'static str>,
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    jti: String,
    #[serde(flatten)]
    times: Times,
}

impl<'a> Assertion<'a> {
    /// The assertion of a request, if there is one.
    pub(super) fn read(params: &'a Params) -> Result<Option<Self>, Refusal> {
        let text = match (params.get("client_assertion_type"), params.get("client_assertion")) {
            (None, None) => return Ok(None),
            (Some(TYPE), Some(text)) => text,
            (Some(TYPE), None) => return Err(Refusal::invalid_client("client_assertion is missing")),
            _ => {
                return Err(Refusal::invalid_client(format!("client_assertion_type must be {TYPE}")));
            }
        };
        let jwt = ClientJwt::parse(text)
            .map_err(|why| Refusal::invalid_client(format!("client_assertion: {why}")))?;
        let claims = jwt.claims();
        Ok(Some(Self { jwt, claims }))
    }

    pub(super) const fn method(&self) -> AuthMethod {
        match self.jwt.algorithm().uses_the_secret() {
            true => AuthMethod::ClientSecretJwt,
            false => AuthMethod::PrivateKeyJwt,
        }
    }

    /// The client that it says it is of, without proof.
    pub(super) fn client(&self) -> Result<String, Refusal> {
        match &self.claims {
            Ok(claims) => Ok(claims.sub.clone()),
            Err(why) => Err(Refusal::invalid_client(format!("client_assertion: {why}"))),
        }
    }

    /// Whether an assertion that the client signed is good here and now. The error is a sentence for its developer.
    pub(super) fn check(&self, app: &App, client: &Client, endpoint: &str) -> Result<(), &'static str> {
        let claims = self.claims.as_ref().map_err(|why| *why)?;
        let identifier = client.identifier.as_str();
        if client.metadata.token_endpoint_auth_signing_alg.is_some_and(|alg| alg != self.jwt.algorithm()) {
            return Err("the assertion has another “alg” than token_endpoint_auth_signing_alg says");
        }
        if self.jwt.kind.as_deref().is_some_and(|kind| !KINDS.contains(&kind)) {
            return Err("the “typ” of the assertion is that of another kind of JWT");
        }
        if claims.iss != identifier || claims.sub != identifier {
            return Err("“iss” and “sub” of the assertion must both be the client_id");
        }
        let audience =
            claims.aud.only().ok_or("“aud” of the assertion must be this server's issuer alone")?;
        if audience != app.config.issuer()
            && (client.metadata.require_issuer_audience || !is_endpoint(app, audience, endpoint))
        {
            return Err("“aud” of the assertion must be this server's issuer");
        }
        if claims.jti.is_empty() || claims.jti.len() > LONGEST_JTI {
            return Err("“jti” of the assertion must have 1 to 256 bytes");
        }
        let now = app.clock.now();
        match claims.times.check(now)? {
            Some(end) if end > now.plus(LONGEST) => Err("“exp” of the assertion is more than an hour away"),
            Some(_) => Ok(()),
            None => Err("the assertion has no “exp”"),
        }
    }

    /// Takes the `jti` of an assertion that was found good: each counts once, on all nodes together.
    pub(super) async fn spend(
        &self,
        app: &App,
        client: &Client,
    ) -> Result<Result<(), &'static str>, Refusal> {
        let now = app.clock.now();
        let (Ok(claims), Ok(Some(end))) =
            (&self.claims, self.claims.as_ref().map_or(Ok(None), |it| it.times.check(now)))
        else {
            return Ok(Err("the assertion is over"));
        };
        let whose = [client.id.0.as_bytes(), claims.jti.as_bytes()].concat();
        let hash = TokenHash(app.secret_key.mark(PURPOSE, &whose));
        let is_first = app.db.write((hash, now, end), |tx, (hash, now, end)| {
            Box::pin(async move {
                Ok::<_, Refusal>(one_time_values::spend(tx, PURPOSE, *hash, *now, *end).await?)
            })
        });
        match is_first.await? {
            true => Ok(Ok(())),
            false => Ok(Err("“jti” of the assertion was used before; make a new one for each request")),
        }
    }
}

/// Whether an audience is this server as clients of old name it: by the address of the token endpoint or of the one that is
/// asked (RFC 7523 section 3, RFC 9126 section 2).
fn is_endpoint(app: &App, audience: &str, endpoint: &str) -> bool {
    audience == app.config.url(endpoints::TOKEN)
        || (endpoint == "par" && audience == app.config.url(endpoints::PAR))
}
