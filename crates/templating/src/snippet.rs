//! Code to paste, for one client.

use serde::{Deserialize, Serialize};

/// One tab of the snippets: a language and the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snippet {
    /// Short name for ids, e.g. `curl`, `javascript`: ASCII letters only, unique on the page.
    pub id: String,
    /// What the tab says, e.g. *JavaScript*.
    pub label: String,
    /// The code, with line breaks.
    pub code: String,
}

impl Snippet {
    /// One tab.
    pub fn new(id: impl Into<String>, label: impl Into<String>, code: impl Into<String>) -> Self {
        Self { id: id.into(), label: label.into(), code: code.into() }
    }

    /// Two languages, for samples.
    pub fn samples() -> Vec<Self> {
        let curl = "curl https://id.example.com/v1/oauth2/token \\\n  --user \"$CLIENT_ID:$CLIENT_SECRET\" \\\n  -d grant_type=authorization_code \\\n  -d code=\"$CODE\" \\\n  -d redirect_uri=https://app.example.com/callback";
        let javascript = "import * as client from \"openid-client\";\n\nconst config = await client.discovery(\n  new URL(\"https://id.example.com\"),\n  process.env.CLIENT_ID,\n  process.env.CLIENT_SECRET,\n);";
        let python = "from authlib.integrations.requests_client import OAuth2Session\n\nsession = OAuth2Session(client_id, client_secret, scope=\"openid email\")";
        let rust = "let client = CoreClient::from_provider_metadata(\n    metadata,\n    ClientId::new(client_id),\n    Some(ClientSecret::new(client_secret)),\n);";
        vec![
            Self::new("curl", "curl", curl),
            Self::new("javascript", "JavaScript", javascript),
            Self::new("python", "Python", python),
            Self::new("rust", "Rust", rust),
        ]
    }
}
