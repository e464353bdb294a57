use postern_domain::Refusal;

use crate::request::RequestId;

/// Logs what went wrong underneath, once, with the id of the request. Refusals without a cause are the caller's affair.
pub(crate) fn log_cause(refusal: &Refusal) {
    if let Some(cause) = &refusal.cause {
        tracing::error!(request_id = RequestId::current(), code = refusal.code.as_str(), %cause, "request failed");
    }
}
