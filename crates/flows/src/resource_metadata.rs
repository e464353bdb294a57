//! What the REST API says of itself as a protected resource (RFC 9728 section 2), so that a client that was refused finds out
//! where to get a token.

use postern_domain::limits::RequestLimit;
use serde_json::json;

use crate::{App, endpoints};

impl App {
    /// The metadata document of the REST API.
    pub fn resource_metadata(&self) -> String {
        let (issuer, own) = (self.config.issuer(), self.resources.own());
        let brand = self.brand();
        let scopes: Vec<_> = self
            .catalogue
            .offered()
            .map(|row| row.name.as_str())
            .filter(|name| own.scopes.contains(name))
            .collect();
        json!({
            "resource": own.identifier,
            "authorization_servers": [issuer],
            "scopes_supported": scopes,
            "bearer_methods_supported": ["header"],
            "authorization_details_types_supported": [RequestLimit::TYPE],
            "resource_name": own.called(&brand.name),
            "resource_documentation": self.config.url("/docs"),
        })
        .to_string()
    }

    /// Where that document is.
    pub fn resource_metadata_url(&self) -> String {
        self.config.url(endpoints::PROTECTED_RESOURCE)
    }
}
