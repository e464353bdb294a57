//! JSON that means one thing only, whoever reads it (RFC 8259, and RFC 7493 for what different readers make of it).

use std::borrow::Cow;
use std::collections::HashSet;

/// How deep arrays and objects may lie in each other.
const DEEPEST: usize = 64;

/// A JSON value that keeps what a number looked like.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    /// As it was written.
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads a whole text.
    ///
    /// # Errors
    /// Says why it is not JSON, or not the same JSON to every reader: a byte order mark, a field that is there twice (in
    /// any case of its letters), half a surrogate pair.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, &'static str> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?;
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        reader.space();
        if reader.at == text.len() { Ok(value) } else { Err("something follows after its end") }
    }

    /// What a pattern is matched with: a text itself, a number as it was written, `true`, `false`, `null`; arrays and
    /// objects have none.
    pub(super) fn scalar(&self) -> Option<&str> {
        match self {
            Self::Null => Some("null"),
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::Number(text) => Some(text),
            Self::String(text) => Some(text),
            Self::Array(_) | Self::Object(_) => None,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<Json<'a>, &'static str> {
        if depth > DEEPEST {
            return Err("it is nested too deeply");
        }
        self.space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Json::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Json::Number),
            Some(b't') => self.word("true").map(|()| Json::Bool(true)),
            Some(b'f') => self.word("false").map(|()| Json::Bool(false)),
            Some(b'n') => self.word("null").map(|()| Json::Null),
            _ => Err("a value is missing"),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'a>, &'static str> {
        self.at += 1;
        let mut fields = Vec::new();
        let mut names = HashSet::new();
        self.space();
        if self.eat(b'}') {
            return Ok(Json::Object(fields));
        }
        loop {
            self.space();
            let name = self.string()?;
            // Some readers take the first of two, some the last, and some don't look at the case.
            if !names.insert(name.to_lowercase()) {
                return Err("a field is there twice");
            }
            self.space();
            if !self.eat(b':') {
                return Err("a colon is missing");
            }
            fields.push((name, self.value(depth + 1)?));
            self.space();
            if self.eat(b'}') {
                return Ok(Json::Object(fields));
            }
            if !self.eat(b',') {
                return Err("a comma is missing");
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json<'a>, &'static str> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.eat(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.eat(b']') {
                return Ok(Json::Array(items));
            }
            if !self.eat(b',') {
                return Err("a comma is missing");
            }
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, &'static str> {
        if !self.eat(b'"') {
            return Err("a text is missing");
        }
        let start = self.at;
        let mut unescaped: Option<String> = None;
        let mut copied = start;
        loop {
            match self.peek() {
                None => return Err("a text does not end"),
                Some(b'"') => {
                    let tail = self.text.get(copied..self.at).unwrap_or_default();
                    self.at += 1;
                    return Ok(match unescaped {
                        None => Cow::Borrowed(tail),
                        Some(mut text) => {
                            text.push_str(tail);
                            Cow::Owned(text)
                        }
                    });
                }
                Some(b'\\') => {
                    let text = unescaped.get_or_insert_default();
                    text.push_str(self.text.get(copied..self.at).unwrap_or_default());
                    self.at += 1;
                    let character = self.escape()?;
                    unescaped.get_or_insert_default().push(character);
                    copied = self.at;
                }
                Some(..0x20) => return Err("a text holds a control character"),
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<char, &'static str> {
        let escaped = self.peek();
        self.at += 1;
        Ok(match escaped {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err("a text holds an unknown escape"),
        })
    }

    fn unicode(&mut self) -> Result<char, &'static str> {
        const HALF: &str = "a text holds half a surrogate pair";
        let first = self.four_digits()?;
        let code = match first {
            0 => return Err("a text holds the character NUL"),
            0xd800..=0xdbff => {
                if !(self.eat(b'\\') && self.eat(b'u')) {
                    return Err(HALF);
                }
                match self.four_digits()? {
                    second @ 0xdc00..=0xdfff => 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00),
                    _ => return Err(HALF),
                }
            }
            plain => plain,
        };
        char::from_u32(code).ok_or(HALF)
    }

    fn four_digits(&mut self) -> Result<u32, &'static str> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|digit| char::from(digit).to_digit(16));
            code = code * 16 + digit.ok_or("a text holds an unknown escape")?;
            self.at += 1;
        }
        Ok(code)
    }

    fn number(&mut self) -> Result<&'a str, &'static str> {
        const BAD: &str = "a number is malformed";
        let start = self.at;
        self.eat(b'-');
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(BAD),
        }
        if self.eat(b'.') {
            self.some_digits().ok_or(BAD)?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.some_digits().ok_or(BAD)?;
        }
        match self.peek() {
            Some(b'0'..=b'9' | b'.' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-') => Err(BAD),
            _ => self.text.get(start..self.at).filter(|text| is_finite(text)).ok_or("a number is too large"),
        }
    }

    fn some_digits(&mut self) -> Option<()> {
        let start = self.at;
        self.digits();
        (self.at > start).then_some(())
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str) -> Result<(), &'static str> {
        match self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            true => {
                self.at += word.len();
                Ok(())
            }
            false => Err("a value is missing"),
        }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

/// Whether it is a number to those that read numbers as binary floating point.
fn is_finite(number: &str) -> bool {
    number.parse().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_meaning_only() {
        for text in [
            "",
            " ",
            "nul",
            "nullx",
            "01",
            "1.",
            ".5",
            "-",
            "+1",
            "1e",
            "0x1",
            "NaN",
            "Infinity",
            "1 2",
            "{}x",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "'a'",
            "\"\t\"",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\udc00\"",
            "\"\\u0000\"",
            "1e999",
            "\u{feff}1",
            "{\"a\":1,\"a\":1}",
            "{\"a\":1,\"A\":1}",
            "{\"a\":1,\"\\u0061\":2}",
            "[{\"x\":{\"b\":1,\"b\":2}}]",
            "/* */1",
            "1//",
            "\"",
        ] {
            assert!(Json::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Json::parse(b"\"\xff\"").is_err());
        assert!(Json::parse("[".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn values_keep_what_they_looked_like() {
        for (text, scalar) in [
            ("1.0", "1.0"),
            (" -0 ", "-0"),
            ("1e2", "1e2"),
            ("true", "true"),
            ("null", "null"),
            ("\"a\\u00e9\\ud83d\\ude00\\n\"", "aé😀\n"),
        ] {
            assert_eq!(Json::parse(text.as_bytes()).unwrap().scalar(), Some(scalar), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = Json::parse(&bytes);
        }

        #[test]
        fn whatever_it_takes_others_take(text in r#"[\[\]{},:"\\a-cu0-9.eE+ -]{0,24}"#) {
            if Json::parse(text.as_bytes()).is_ok() {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
            }
        }

        #[test]
        fn texts_are_read_as_others_read_them(text: String) {
            prop_assume!(!text.contains('\0'));
            let json = serde_json::to_string(&text).unwrap();
            let read = Json::parse(json.as_bytes()).unwrap();
            prop_assert_eq!(read.scalar(), Some(text.as_str()));
        }
    }
}
