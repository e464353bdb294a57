use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::AssertionAlgorithm;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Longest JWT that is read, in bytes.
const LONGEST: usize = 32 * 1024;

/// A JWT in compact form (RFC 7515 section 7.1), taken apart and not yet believed.
#[derive(Debug)]
pub(crate) struct ClientJwt<'a> {
    pub(super) message: &'a str,
    pub(super) signature: &'a str,
    pub(super) algorithm: AssertionAlgorithm,
    pub(super) kid: Option<String>,
    /// `typ`, in lower case and without `application/` (RFC 7515 section 4.1.9).
    pub(crate) kind: Option<String>,
    claims: Vec<u8>,
}

/// The header. `jku`, `jwk`, `x5u` and `x5c`, by which a JWT would bring its own key, are not looked at.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<serde_json::Value>,
    b64: Option<serde_json::Value>,
}

impl<'a> ClientJwt<'a> {
    /// Takes a JWT apart. The error is a sentence for its developer.
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        if text.len() > LONGEST {
            return Err("the JWT is longer than 32 KiB");
        }
        let (message, signature) = text.rsplit_once('.').ok_or(NOT_SIGNED)?;
        let (header, claims) =
            message.split_once('.').filter(|(_, rest)| !rest.contains('.')).ok_or(NOT_SIGNED)?;
        let header: Header = URL_SAFE_NO_PAD
            .decode(header)
            .ok()
            .and_then(|header| serde_json::from_slice(&header).ok())
            .ok_or("the header of the JWT cannot be read")?;
        if header.crit.is_some() || header.b64.is_some() {
            return Err("the JWT has a header “crit” or “b64”, and this server understands no extensions");
        }
        let algorithm = header.alg.parse().map_err(|_| {
            "the “alg” of the JWT is not taken; discovery lists those that are, and none is not among them"
        })?;
        Ok(Self {
            message,
            signature,
            algorithm,
            kid: header.kid,
            kind: header.typ.map(|typ| {
                let typ = typ.to_ascii_lowercase();
                typ.strip_prefix("application/").map(str::to_owned).unwrap_or(typ)
            }),
            claims: URL_SAFE_NO_PAD.decode(claims).map_err(|_| "the claims of the JWT cannot be read")?,
        })
    }

    /// How it is signed.
    pub(crate) const fn algorithm(&self) -> AssertionAlgorithm {
        self.algorithm
    }

    /// What it says; believed only once its signature was.
    pub(crate) fn claims<T: DeserializeOwned>(&self) -> Result<T, &'static str> {
        serde_json::from_slice(&self.claims).map_err(
            |_| "the claims of the JWT are not what they must be: one is missing, twice or of a wrong type",
        )
    }
}

const NOT_SIGNED: &str = "it is not a signed JWT: three parts with dots between them (RFC 7515 section 7.1)";
