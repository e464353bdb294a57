//! Making what the token endpoint hands out, and the codes it is handed out for.

mod access_token;
mod answer;
mod code;
mod id_token;
mod tokens;

pub(crate) use access_token::{ACCESS_TOKEN_TYPE, LONGEST_JWT, longest_jwt_lifetime};
pub use answer::TokenAnswer;
pub use code::{NewCode, code};
pub(crate) use id_token::id_token;
pub(crate) use tokens::{Issued, Order, tokens};
