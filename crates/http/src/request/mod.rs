//! What a handler takes from a request.

mod back_channel;
mod bearer_token;
mod buffered_body;
mod client_address;
mod client_metadata;
mod form_about;
mod form_nonce;
mod logo_upload;
mod own_url;
mod page_form;
mod page_id;
mod page_request;
mod params;
mod path_part;
mod request_id;
mod visitor;

pub(crate) use back_channel::BackChannel;
pub(crate) use bearer_token::{BearerToken, header_token};
pub(crate) use buffered_body::BufferedBody;
pub(crate) use client_address::{ClientAddress, PeerAddress, client_address};
pub(crate) use client_metadata::SentMetadata;
pub(crate) use form_about::FormAbout;
pub(crate) use form_nonce::{FormNonce, cookies};
pub(crate) use logo_upload::LogoUpload;
pub(crate) use own_url::own_url;
pub(crate) use page_form::{PageForm, check_form_token, check_page_request, is_own_page};
pub(crate) use page_id::PageId;
pub(crate) use page_request::PageRequest;
pub(crate) use params::{PageQuery, ProtocolForm, QueryParams, is_form};
pub(crate) use path_part::path_part;
pub(crate) use request_id::RequestId;
pub(crate) use visitor::{SignedIn, Visitor};
