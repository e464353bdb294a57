use std::sync::Arc;

use postern_domain::{Client, Params, ParamsError, Refusal};

use super::return_to::ReturnTo;
use super::{PATH, proof};

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
    carried: Params,
    proof: Option<String>,
}

impl Checked {
    pub(super) fn new(
        client: Arc<Client>,
        mut return_to: ReturnTo,
        sent: &Params,
        carried: Params,
        proof: Option<String>,
    ) -> Self {
        let malformed = sent.repeated().map(|name| ParamsError::Repeated(name.to_owned()).into());
        let filled = sent.iter().filter(|(_, value)| !value.is_empty());
        let params: Params = filled.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        return_to.answer_as(sent);
        Self { client, return_to, params, malformed, carried, proof }
    }

    /// The query under which this request is found again, with what the person has already done for it.
    pub(crate) fn query(&self) -> String {
        let carried = self.carried.clone();
        match &self.proof {
            Some(proof) => carried.with(proof::PARAMETER, proof).to_urlencoded(),
            None => carried.to_urlencoded(),
        }
    }

    /// The own path under which this request goes on.
    pub(crate) fn path(&self) -> String {
        format!("{PATH}?{}", self.query())
    }

    /// The request without what was done for it, and that.
    pub(super) fn proof(&self) -> (&Params, Option<&str>) {
        (&self.carried, self.proof.as_deref())
    }
}
