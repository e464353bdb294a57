use postern_domain::{Said, SaidValue};
use postern_templating::{Argument, Text};

/// What was said where nothing is known of languages, for a page to translate.
pub(crate) fn text(said: &Said) -> Text {
    said.values().iter().fold(Text::sentence(said.words()), |text, (name, value)| match value {
        SaidValue::Plain(plain) => text.with(name, plain),
        SaidValue::Said(inner) => text.with(name, Argument::from(self::text(inner))),
    })
}
