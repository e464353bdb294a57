//! Renders every page from all its samples and holds it against the rules that all pages share.

mod escaping;
mod html;
mod mails;
mod rules;

use crate::{Page, Visitor, visit_all};

/// Calls a function with the name and the HTML of every sample.
struct Samples<F: FnMut(&str, &str)>(F);

impl<F: FnMut(&str, &str)> Visitor for Samples<F> {
    fn visit<P: Page>(&mut self) {
        for (variant, page) in P::samples() {
            (self.0)(&format!("{} {variant}", P::NAME), &page.render().unwrap());
        }
    }
}

fn every_sample(check: impl FnMut(&str, &str)) {
    visit_all(&mut Samples(check));
}
