//! The languages of pages and mails: English as it is written in the templates and in Rust, every other one from a gettext
//! catalogue in `locales/`, which is embedded in the binary.
//!
//! A [`Text`] is a message with its arguments. It is translated when it is written, into the language of the page or mail
//! that it stands in, which askama hands down as a runtime value.

mod argument;
mod catalogue;
mod choice;
mod markup;
mod pattern;
mod plural;
mod po;
mod spoken;
mod text;

pub use argument::Argument;
pub use markup::{Markup, markup, markup_n};
pub use spoken::Language;
pub(crate) use spoken::tag;
pub use text::{Text, t, tn};

#[cfg(test)]
pub(crate) use {
    catalogue::{Catalogue, files},
    pattern::{Piece, pieces},
    po::{Entry, parse},
};
