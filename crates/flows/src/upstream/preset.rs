use crate::Preset;

/// What is known of a provider before anybody asks it.
pub(super) struct Known {
    /// What people know it as.
    pub(super) label: &'static str,
    /// Its issuer, where it is one for everybody.
    pub(super) issuer: Option<&'static str>,
    /// An example of an issuer, for whoever has to name one.
    pub(super) example: &'static str,
    /// What is asked for.
    pub(super) scopes: &'static [&'static str],
    /// The parameters that have it ask the person once more who they are.
    pub(super) again: &'static [(&'static str, &'static str)],
    /// The parameters that have it ask which account is meant.
    pub(super) choose: &'static [(&'static str, &'static str)],
}

const OPENID: &[&str] = &["openid", "profile", "email"];
const LOGIN: &[(&str, &str)] = &[("prompt", "login"), ("max_age", "0")];
const CHOOSE: &[(&str, &str)] = &[("prompt", "select_account")];

/// What is known of the providers of a preset. Parameters are only those that they document: some refuse others.
pub(super) const fn known(preset: Preset) -> Known {
    match preset {
        Preset::Oidc => Known {
            label: "",
            issuer: None,
            example: "https://id.example.com",
            scopes: OPENID,
            again: LOGIN,
            choose: &[],
        },
        Preset::Postern => Known {
            label: "Postern",
            issuer: None,
            example: "https://id.example.com",
            scopes: OPENID,
            again: LOGIN,
            choose: CHOOSE,
        },
        Preset::Google => Known {
            label: "Google",
            issuer: Some("https://accounts.google.com"),
            example: "https://accounts.google.com",
            scopes: OPENID,
            again: CHOOSE,
            choose: CHOOSE,
        },
        Preset::GitHub => Known {
            label: "GitHub",
            issuer: Some("https://github.com"),
            example: "https://github.com",
            scopes: &["read:user", "user:email"],
            again: CHOOSE,
            choose: CHOOSE,
        },
        Preset::GitLab => Known {
            label: "GitLab",
            issuer: Some("https://gitlab.com"),
            example: "https://gitlab.com",
            scopes: OPENID,
            again: LOGIN,
            choose: &[],
        },
        Preset::Microsoft => Known {
            label: "Microsoft",
            issuer: None,
            example: "https://login.microsoftonline.com/TENANT-ID/v2.0",
            scopes: OPENID,
            again: &[("prompt", "login")],
            choose: CHOOSE,
        },
    }
}
