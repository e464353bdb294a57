use std::sync::Arc;

use postern_domain::{Client, Params, ParamsError, Refusal};

use super::return_to::ReturnTo;
use super::source::{Source, Way};
use super::{PATH, choice, proof};

/// A request whose client and redirect URI hold: from here on every answer goes to the client.
pub(crate) struct Checked {
    /// The client, which is not disabled.
    pub(crate) client: Arc<Client>,
    /// The way back to it.
    pub(crate) return_to: ReturnTo,
    /// The parameters, each once and none of them empty.
    pub(super) params: Params,
    /// What is wrong with the parameters as a whole.
    pub(super) malformed: Option<Refusal>,
    /// How the client sent them.
    pub(super) way: Way,
    carried: Params,
    proof: Option<String>,
    choice: Option<String>,
}

impl Checked {
    pub(super) fn new(
        client: Arc<Client>,
        mut return_to: ReturnTo,
        source: Source,
        proof: Option<String>,
        choice: Option<String>,
    ) -> Self {
        let Source { sent, carried, way, flaw } = source;
        let repeated = sent.repeated().map(|name| ParamsError::Repeated(name.to_owned()).into());
        let filled = sent.iter().filter(|(_, value)| !value.is_empty());
        let params: Params = filled.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        return_to.answer_as(&sent);
        Self { client, return_to, params, malformed: flaw.or(repeated), way, carried, proof, choice }
    }

    /// The query under which this request is found again, with what the person has already done for it.
    pub(crate) fn query(&self) -> String {
        self.query_with(self.choice.as_deref())
    }

    /// The same with another choice of an organization.
    pub(super) fn query_with(&self, choice: Option<&str>) -> String {
        let mut query = self.carried.clone();
        for (name, value) in [(proof::PARAMETER, self.proof.as_deref()), (choice::PARAMETER, choice)] {
            if let Some(value) = value {
                query = query.with(name, value);
            }
        }
        query.to_urlencoded()
    }

    /// The own path under which this request goes on.
    pub(crate) fn path(&self) -> String {
        format!("{PATH}?{}", self.query())
    }

    /// The request without what was done for it, and that.
    pub(super) fn proof(&self) -> (&Params, Option<&str>) {
        (&self.carried, self.proof.as_deref())
    }

    /// The request without what was done for it, and what was said about for which organization it is.
    pub(super) fn choice(&self) -> (&Params, Option<&str>) {
        (&self.carried, self.choice.as_deref())
    }
}
