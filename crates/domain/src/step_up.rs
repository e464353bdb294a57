use crate::Lifetime;

/// What an API takes of the sign-in behind a token (RFC 9470 section 3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepUp {
    /// The `acr` of it, one of these; none is any.
    pub acr_values: Vec<String>,
    /// For how long it counts, from `auth_time` on.
    pub max_age: Option<Lifetime>,
}

impl StepUp {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.acr_values.is_empty() && self.max_age.is_none()
    }
}
