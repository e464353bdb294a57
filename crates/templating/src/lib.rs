//! How pages look: one struct a page, filled by the `http` crate, rendered by askama, with nothing in it but text.
//!
//! No page knows an entity or looks anything up. Every struct derives [`askama::Template`], so
//! `page.render()` gives the HTML; every page implements [`Page`] and so has samples, from which the tests and the
//! gallery render all of them. Text is escaped by the templates: hand it over as it is. Words are messages, see [`t`]:
//! a page is rendered in a [`Language`].

mod admin_tab;
mod app_face;
pub mod assets;
mod avatar;
mod badge;
mod chrome;
mod colour;
mod form;
mod language;
pub mod mails;
mod number;
mod organization_nav;
mod page;
mod pager;
pub mod pages;
mod scope;
mod shortened;
mod snippet;
#[cfg(test)]
mod tests;
mod web_url;
mod when;
mod widget;

pub use admin_tab::AdminTab;
pub use app_face::AppFace;
pub use avatar::Avatar;
pub use badge::{Badge, Tone};
pub use chrome::{Account, Acting, Branding, Chrome, Notice, NoticeKind, Section};
pub use form::{Choice, Field, FieldError};
pub use language::{Argument, Language, Markup, Text, markup, markup_n, t, tn};
pub use organization_nav::{OrganizationNav, OrganizationTab};
pub use page::{Page, Visitor, visit_all};
pub use pager::Pager;
pub use scope::{ScopeChoice, ScopeChoices, ScopeGroup, ScopeLine};
pub use shortened::Shortened;
pub use snippet::Snippet;
pub use when::{When, span};
