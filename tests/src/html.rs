/// Elements that have no end tag.
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// A page, taken apart far enough to find forms and texts in it.
#[derive(Clone, Debug)]
pub struct Document(pub(crate) Vec<Token>);

/// A piece of a page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Start(Tag),
    End(String),
    Text(String),
}

/// A start tag.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

/// An element with the text in it.
#[derive(Clone, Debug)]
pub struct Element {
    pub(crate) tag: Tag,
    /// Its text, white space collapsed.
    pub text: String,
}

impl Tag {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }
}

impl Element {
    /// The value of an attribute, empty where it is missing.
    pub fn attribute(&self, name: &str) -> &str {
        self.tag.attribute(name).unwrap_or_default()
    }
}

impl Document {
    /// Takes a page apart.
    pub fn parse(html: &str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            push_text(&mut tokens, &rest[..at]);
            rest = &rest[at..];
            rest = if let Some(comment) = rest.strip_prefix("<!--") {
                comment.split_once("-->").map_or("", |(_, behind)| behind)
            } else if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
                tag(&mut tokens, rest)
            } else {
                push_text(&mut tokens, "<");
                &rest[1..]
            };
        }
        push_text(&mut tokens, rest);
        Self(tokens)
    }

    /// Every element of a name, in order.
    pub fn elements(&self, name: &str) -> Vec<Element> {
        let starts = self.0.iter().enumerate();
        starts
            .filter_map(|(at, token)| match token {
                Token::Start(tag) if tag.name == name => {
                    Some(Element { tag: tag.clone(), text: self.text_at(at) })
                }
                _ => None,
            })
            .collect()
    }

    /// The text of a whole page, white space collapsed.
    pub fn text(&self) -> String {
        collapse(self.0.iter())
    }

    /// Every value of an attribute, whatever the element.
    pub fn attributes(&self, name: &str) -> Vec<String> {
        let tags = self.0.iter().filter_map(|token| match token {
            Token::Start(tag) => tag.attribute(name),
            _ => None,
        });
        tags.map(str::to_owned).collect()
    }

    /// The text in the element that starts at a token.
    pub(crate) fn text_at(&self, start: usize) -> String {
        let Token::Start(tag) = &self.0[start] else { return String::new() };
        if VOID.contains(&tag.name.as_str()) {
            return String::new();
        }
        let mut depth = 0;
        let within = self.0[start..].iter().take_while(|token| {
            match token {
                Token::Start(inner) if inner.name == tag.name => depth += 1,
                Token::End(name) if *name == tag.name => depth -= 1,
                _ => {}
            }
            depth > 0
        });
        collapse(within)
    }
}

fn collapse<'a>(tokens: impl Iterator<Item = &'a Token>) -> String {
    let texts = tokens.map(|token| match token {
        Token::Text(text) => text.as_str(),
        _ => " ",
    });
    texts.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn push_text(tokens: &mut Vec<Token>, text: &str) {
    if !text.is_empty() {
        tokens.push(Token::Text(decode(text)));
    }
}

/// Reads the tag at the beginning of `html` and answers what is behind it; what is in a script or style is left out.
fn tag<'a>(tokens: &mut Vec<Token>, html: &'a str) -> &'a str {
    let end = end_of_tag(html);
    let (inside, behind) = (&html[1..end], html.get(end + 1..).unwrap_or_default());
    if let Some(name) = inside.strip_prefix('/') {
        tokens.push(Token::End(name.trim().to_ascii_lowercase()));
        return behind;
    }
    let (name, rest) = inside.split_at(inside.find(|c: char| c.is_whitespace()).unwrap_or(inside.len()));
    let name = name.trim_end_matches('/').to_ascii_lowercase();
    tokens.push(Token::Start(Tag { name: name.clone(), attributes: attributes(rest) }));
    match name.as_str() {
        "script" | "style" => behind.find(&format!("</{name}")).map_or("", |at| &behind[at..]),
        _ => behind,
    }
}

/// Where the `>` is that ends the tag, quoted ones aside.
fn end_of_tag(html: &str) -> usize {
    let mut quote = None;
    for (at, byte) in html.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    html.len()
}

fn attributes(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() && rest != "/" {
        let name_end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let name = rest[..name_end].to_ascii_lowercase();
        rest = rest[name_end..].trim_start();
        let mut value = "";
        if let Some(behind) = rest.strip_prefix('=') {
            let behind = behind.trim_start();
            let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\''));
            (value, rest) = match quote {
                Some(quote) => behind[1..].split_once(quote).unwrap_or((&behind[1..], "")),
                None => behind.split_at(behind.find(char::is_whitespace).unwrap_or(behind.len())),
            };
        }
        found.push((name, decode(value)));
        rest = rest.trim_start();
    }
    found
}

/// Replaces the character references that templates write.
fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        match rest[1..].split_once(';').and_then(|(name, behind)| Some((character(name)?, behind))) {
            Some((character, behind)) => {
                decoded.push(character);
                rest = behind;
            }
            None => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded + rest
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_taken_apart() {
        let page = "<!doctype html><p class=a title='x > y'>A &amp;\n <b>b</b>&#39;&#x27;</p><script>a < b</script><br/>";
        let document = Document::parse(page);
        let paragraph = &document.elements("p")[0];
        assert_eq!(paragraph.text, "A & b ''");
        assert_eq!((paragraph.attribute("class"), paragraph.attribute("title")), ("a", "x > y"));
        assert_eq!(document.elements("script")[0].text, "");
        assert_eq!(document.elements("br").len(), 1);
        assert_eq!(Document::parse("a < b & c").text(), "a < b & c");
    }
}
