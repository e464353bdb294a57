use super::method::Method;
use super::url::RequestUrl;

/// All of a request that limits look at.
#[derive(Clone, Debug)]
pub struct RequestFacts<'a> {
    /// Its method; `None` is one that is not registered, which only lines without methods let pass.
    pub method: Option<Method>,
    /// Its URL.
    pub url: &'a RequestUrl,
    /// Its body.
    pub body: Body<'a>,
}

/// What is known of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// There is none, or it did not come along.
    Absent,
    /// It says that it is JSON.
    Json(&'a [u8]),
    /// It can't be judged, and why.
    Unreadable(&'static str),
}
