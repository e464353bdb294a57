use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use postern_domain::{AccessTokenFormat, AssertionAlgorithm, SigningAlgorithm, SubjectIdentifierType};
use postern_flows::clients::ProtocolDraft;

/// Longest file of keys that is read, in bytes.
const LONGEST_KEYS: u64 = 256 * 1024;

/// What a usual app does without.
#[derive(Debug, Args)]
pub(super) struct ProtocolArgs {
    /// A file with its public keys, a JWK Set
    #[arg(long, value_name = "F", conflicts_with = "jwks_uri")]
    jwks_file: Option<PathBuf>,
    /// Where its public keys are
    #[arg(long, value_name = "U")]
    jwks_uri: Option<String>,
    /// The only algorithm its assertions may have
    #[arg(long, value_name = "ALG")]
    token_endpoint_auth_signing_alg: Option<AssertionAlgorithm>,
    /// public, or pairwise: each sector knows people by a sub of its own
    #[arg(long, value_name = "TYPE")]
    subject_type: Option<SubjectIdentifierType>,
    /// Where the redirect URIs of its sector are listed
    #[arg(long, value_name = "URL")]
    sector_identifier_uri: Option<String>,
    /// Answer userinfo as a JWT signed so [default: plain JSON]
    #[arg(long, value_name = "ALG")]
    userinfo_signed_response_alg: Option<SigningAlgorithm>,
    /// How old a sign-in may be where its request does not say
    #[arg(long, value_name = "SECONDS")]
    default_max_age: Option<u32>,
    /// Where others may send people for a sign-in to begin
    #[arg(long, value_name = "URL")]
    initiate_login_uri: Option<String>,
    /// Where a request object of it may be fetched; as often as needed
    #[arg(long = "request-uri", value_name = "URL", num_args = 1..)]
    request_uris: Vec<String>,
    /// The only algorithm its request objects may have
    #[arg(long, value_name = "ALG")]
    request_object_signing_alg: Option<AssertionAlgorithm>,
    /// Refuse its requests without a signed request object
    #[arg(long)]
    require_signed_request_object: bool,
    /// Refuse its requests that were not pushed
    #[arg(long)]
    require_pushed_authorization_requests: bool,
    /// Refuse its assertions if they name the address of an endpoint in place of the issuer
    #[arg(long)]
    require_issuer_audience: bool,
    /// What its access tokens look like: opaque, or jwt [default: as their APIs want it]
    #[arg(long, value_name = "FORMAT")]
    access_token_format: Option<AccessTokenFormat>,
    /// Where it is told that somebody signed out
    #[arg(long, value_name = "URL")]
    backchannel_logout_uri: Option<String>,
    /// Say which session it was in what it is told there
    #[arg(long, requires = "backchannel_logout_uri")]
    backchannel_logout_session_required: bool,
    /// Its page that is loaded when somebody signs out
    #[arg(long, value_name = "URL")]
    frontchannel_logout_uri: Option<String>,
    /// Say there which session it was
    #[arg(long, requires = "frontchannel_logout_uri")]
    frontchannel_logout_session_required: bool,
}

impl ProtocolArgs {
    /// What was typed, with the keys of the file.
    pub(super) fn draft(self) -> anyhow::Result<ProtocolDraft> {
        fn text(value: Option<impl ToString>) -> String {
            value.map(|value| value.to_string()).unwrap_or_default()
        }
        Ok(ProtocolDraft {
            jwks: self.jwks_file.map(keys).transpose()?.unwrap_or_default(),
            jwks_uri: text(self.jwks_uri),
            token_endpoint_auth_signing_alg: text(self.token_endpoint_auth_signing_alg),
            subject_type: text(self.subject_type),
            sector_identifier_uri: text(self.sector_identifier_uri),
            userinfo_signed_response_alg: text(self.userinfo_signed_response_alg),
            default_max_age: text(self.default_max_age),
            initiate_login_uri: text(self.initiate_login_uri),
            request_uris: self.request_uris,
            request_object_signing_alg: text(self.request_object_signing_alg),
            require_signed_request_object: self.require_signed_request_object,
            require_pushed_authorization_requests: self.require_pushed_authorization_requests,
            require_issuer_audience: self.require_issuer_audience,
            access_token_format: text(self.access_token_format),
            backchannel_logout_uri: text(self.backchannel_logout_uri),
            backchannel_logout_session_required: self.backchannel_logout_session_required,
            frontchannel_logout_uri: text(self.frontchannel_logout_uri),
            frontchannel_logout_session_required: self.frontchannel_logout_session_required,
            ..ProtocolDraft::default()
        })
    }
}

fn keys(file: PathBuf) -> anyhow::Result<String> {
    let named = || format!("the keys in {}", file.display());
    if fs::metadata(&file).with_context(named)?.len() > LONGEST_KEYS {
        bail!("{} are more than {LONGEST_KEYS} bytes", named());
    }
    let keys = fs::read_to_string(&file).with_context(named)?;
    if keys.trim().is_empty() {
        bail!("{} are none: the file is empty", named());
    }
    Ok(keys)
}
