use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;
use postern_domain::Refusal;
use postern_domain::limits::Body as LimitBody;
use postern_flows::guard;

/// The body of a request of which the beginning was read so that limits can look into it; what was not read follows.
pub(crate) struct BufferedBody {
    read: Vec<Bytes>,
    /// The whole body, if it ended within the cap.
    whole: Option<Bytes>,
    rest: Body,
}

impl BufferedBody {
    /// Reads at most `cap` bytes and a little more; nothing if that is 0.
    ///
    /// # Errors
    /// `invalid_request` if the body breaks off.
    pub(crate) async fn read(body: Body, cap: usize) -> Result<Self, Refusal> {
        let mut buffered = Self { read: Vec::new(), whole: None, rest: Body::empty() };
        if cap == 0 {
            buffered.rest = body;
            return Ok(buffered);
        }
        let mut stream = body.into_data_stream();
        let mut length = 0;
        while length <= cap {
            match stream.next().await {
                Some(Ok(bytes)) => {
                    length += bytes.len();
                    buffered.read.push(bytes);
                }
                Some(Err(_)) => return Err(Refusal::invalid_request("the body ended early")),
                None => {
                    let whole = Bytes::from(buffered.read.concat());
                    buffered.read = vec![whole.clone()];
                    buffered.whole = Some(whole);
                    return Ok(buffered);
                }
            }
        }
        buffered.rest = Body::from_stream(stream);
        Ok(buffered)
    }

    /// What limits see of it.
    pub(crate) fn facts(&self, headers: &HeaderMap) -> LimitBody<'_> {
        match &self.whole {
            None => LimitBody::Unreadable("it is larger than what is read"),
            Some(whole) if whole.is_empty() => LimitBody::Absent,
            Some(whole) => match says_json(headers) {
                Ok(()) => LimitBody::Json(whole),
                Err(why) => LimitBody::Unreadable(why),
            },
        }
    }

    /// The body as it came.
    pub(crate) fn into_body(self) -> Body {
        match &self.whole {
            Some(whole) => Body::from(whole.clone()),
            None if self.read.is_empty() => self.rest,
            None => {
                let read = futures_util::stream::iter(self.read.into_iter().map(Ok));
                Body::from_stream(read.chain(self.rest.into_data_stream()))
            }
        }
    }
}

/// That whoever reads the body takes it for JSON in UTF-8, and not for something else or something compressed.
fn says_json(headers: &HeaderMap) -> Result<(), &'static str> {
    const OTHER: &str = "it does not say that it is JSON";
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    let kind = match (kinds.next(), kinds.next()) {
        (Some(kind), None) => kind.to_str().map_err(|_| OTHER)?,
        _ => return Err(OTHER),
    };
    guard::says_json(kind)?;
    match headers.get_all(header::CONTENT_ENCODING).iter().all(|coding| coding == "identity") {
        true => Ok(()),
        false => Err("it is compressed"),
    }
}
