//! Renders every page from all its samples and holds it against the rules that all pages share.

mod catalogues;
mod escaping;
mod html;
mod mails;
mod rules;
mod untranslated;
mod words;

use crate::{Language, Page, Visitor, visit_all};

/// Calls a function with the name and the HTML of every sample in every language.
struct Samples<F: FnMut(&str, &str)>(F);

impl<F: FnMut(&str, &str)> Visitor for Samples<F> {
    fn visit<P: Page>(&mut self) {
        for (variant, page) in P::samples() {
            for language in Language::all() {
                let html = page.render_with_values(&language).unwrap();
                assert!(html.contains(&format!("<html lang=\"{}\"", language.tag())), "{}", P::NAME);
                (self.0)(&format!("{} {variant} {}", P::NAME, language.tag()), &html);
            }
        }
    }
}

fn every_sample(check: impl FnMut(&str, &str)) {
    visit_all(&mut Samples(check));
}
