use crate::address::unique;

/// What `postern client create` is told.
#[derive(Clone, Debug)]
pub struct Registration {
    pub(crate) name: String,
    pub(crate) is_public: bool,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) scope: String,
    pub(crate) more: Vec<String>,
}

impl Registration {
    /// A client with a secret, at a redirect URI of its own.
    pub fn confidential() -> Self {
        let name = unique("app");
        Self {
            redirect_uris: vec![format!("https://{name}.example/callback")],
            name,
            is_public: false,
            scope: "openid profile email offline_access".to_owned(),
            more: Vec::new(),
        }
    }

    /// A client without a secret.
    pub fn public() -> Self {
        Self { is_public: true, ..Self::confidential() }
    }

    /// The same with other redirect URIs; requests name the first one.
    #[must_use]
    pub fn redirect_uris(mut self, uris: &[&str]) -> Self {
        self.redirect_uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
        self
    }

    /// The same with other scopes.
    #[must_use]
    pub fn scope(mut self, scope: &str) -> Self {
        scope.clone_into(&mut self.scope);
        self
    }

    /// The same with another name.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// The same with further arguments, such as `--trusted`.
    #[must_use]
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.more.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    pub(crate) fn arguments(&self) -> Vec<&str> {
        let kind = if self.is_public { "public" } else { "confidential" };
        let mut arguments =
            vec!["client", "create", "--name", &self.name, "--type", kind, "--scope", &self.scope];
        self.redirect_uris.iter().for_each(|uri| arguments.extend(["--redirect-uri", uri]));
        arguments.extend(self.more.iter().map(String::as_str));
        arguments
    }
}
