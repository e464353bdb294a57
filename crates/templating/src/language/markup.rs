use std::fmt;

use askama::filters::HtmlSafe;
use askama::{FastWritable, Values};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Argument, Language, Text, t, tn};

/// A message of HTML, such as `You are <strong>{name}</strong>`: its tags stay tags, in every language, and its arguments
/// are escaped. For templates of HTML alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Markup(Text);

/// A message of HTML, with `{name}` wherever an argument goes.
pub const fn markup(id: &'static str) -> Markup {
    Markup(t(id))
}

/// A message of HTML that counts something, as [`tn`].
pub fn markup_n(one: &'static str, many: &'static str, count: impl Into<Argument>) -> Markup {
    Markup(tn(one, many, count))
}

impl Markup {
    /// The same with what stands for `{name}`; text, whatever it holds, and a whole attribute's value at most.
    pub fn with(self, name: &'static str, value: impl Into<Argument>) -> Self {
        Self(self.0.with(name, value))
    }
}

/// What was written in the source is trusted; what is read may hold no tags but those that set names apart.
impl<'de> Deserialize<'de> for Markup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        let tags = ["<strong>", "</strong>", "<bdi>", "</bdi>"];
        let rest = tags.iter().fold(text.id().to_owned(), |rest, tag| rest.replace(tag, ""));
        if rest.contains(['<', '>', '&']) {
            return Err(D::Error::custom("only <strong> and <bdi> can be read as markup"));
        }
        Ok(Self(text))
    }
}

impl HtmlSafe for Markup {}

impl FastWritable for Markup {
    fn write_into(&self, dest: &mut dyn fmt::Write, values: &dyn Values) -> askama::Result<()> {
        self.0.write(dest, Language::of(values), Argument::write_html)
    }
}

/// In English.
impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, Language::ENGLISH, Argument::write_html).map_err(|_| fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;
    use crate::When;

    #[derive(Template)]
    #[template(
        source = r#"{{ crate::t("{name}'s <b>").with("name", name) }}|{{ crate::markup("<b>{name}</b> {when}").with("name", name).with("when", when) }}"#,
        ext = "html"
    )]
    struct Html {
        name: &'static str,
        when: When,
    }

    #[derive(Template)]
    #[template(source = r#"{{ crate::t("{name}'s <b>").with("name", name) }}"#, ext = "txt")]
    struct Plain {
        name: &'static str,
    }

    #[test]
    fn tags_of_a_message_are_tags_and_arguments_are_text() {
        let page = Html { name: "<i>&", when: When::new(0, 60) }.render().unwrap();
        assert_eq!(
            page,
            "&#60;i&#62;&#38;&#39;s &#60;b&#62;|<b>&#60;i&#62;&#38;</b> \
             <time datetime=\"1970-01-01T00:00:00Z\" title=\"1 Jan 1970, 00:00 UTC\">1 minute ago</time>"
        );
        assert_eq!(Plain { name: "<i>" }.render().unwrap(), "<i>'s <b>");
    }

    #[test]
    fn templates_inside_templates_are_in_the_same_language() {
        let page = Html { name: "", when: When::new(0, 120) };
        let german = page.render_with_values(&Language::of_tag("de").unwrap()).unwrap();
        assert!(german.ends_with("title=\"1. Jan. 1970, 00:00 UTC\">vor 2 Minuten</time>"), "{german}");
    }
}
