//! A reader of HTML as strict as the pages are meant to be: every element is closed, every attribute quoted.

/// An element and where it stands.
#[derive(Debug)]
pub struct Element {
    /// Name of the tag.
    pub name: String,
    /// Attributes in order, with their references resolved; an empty value where there is none.
    pub attributes: Vec<(String, String)>,
    /// Index of the element around it.
    pub parent: Option<usize>,
    /// The text directly inside.
    pub text: String,
}

const VOID: [&str; 6] = ["meta", "link", "input", "img", "br", "hr"];
const TEXT_ONLY: [&str; 4] = ["script", "style", "textarea", "title"];

impl Element {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// All elements in order of their start tags, or what is wrong with the document.
pub fn read(html: &str) -> Result<Vec<Element>, String> {
    let mut rest = html.trim_start().strip_prefix("<!doctype html>").ok_or("no doctype")?;
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        add_text(&mut elements, &open, text)?;
        let end = tag_end(tag).ok_or_else(|| format!("a tag without end: {}", excerpt(tag)))?;
        let (inside, after) = (&tag[1..end], &tag[end + 1..]);
        rest = after;
        if let Some(name) = inside.strip_prefix('/') {
            let index = open.pop().ok_or_else(|| format!("</{name}> closes nothing"))?;
            if elements[index].name != name {
                return Err(format!("</{name}> closes <{}>", elements[index].name));
            }
            continue;
        }
        let (inside, closed) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
        let (name, attributes) = attributes(inside)?;
        let is_void = closed || VOID.contains(&name.as_str());
        elements.push(Element {
            name: name.clone(),
            attributes,
            parent: open.last().copied(),
            text: String::new(),
        });
        if TEXT_ONLY.contains(&name.as_str()) {
            let close = format!("</{name}>");
            let length = rest.find(&close).ok_or_else(|| format!("<{name}> is not closed"))?;
            elements.last_mut().unwrap().text = resolved(&rest[..length])?;
            rest = &rest[length + close.len()..];
        } else if !is_void {
            open.push(elements.len() - 1);
        }
    }
    add_text(&mut elements, &open, rest)?;
    match open.last() {
        Some(index) => Err(format!("<{}> is not closed", elements[*index].name)),
        None => Ok(elements),
    }
}

fn add_text(elements: &mut [Element], open: &[usize], text: &str) -> Result<(), String> {
    match open.last() {
        Some(index) => elements[*index].text.push_str(&resolved(text)?),
        None if !text.trim().is_empty() => return Err(format!("text outside: {}", excerpt(text))),
        None => {}
    }
    Ok(())
}

/// Where the tag ends, `>` inside quotes aside.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quoted = false;
    tag.char_indices().find_map(|(index, character)| {
        quoted ^= character == '"';
        (character == '>' && !quoted).then_some(index)
    })
}

type Attributes = Vec<(String, String)>;

fn attributes(inside: &str) -> Result<(String, Attributes), String> {
    let name_end = inside.find(char::is_whitespace).unwrap_or(inside.len());
    let (name, mut rest) = inside.split_at(name_end);
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
        return Err(format!("a bad tag name: {}", excerpt(inside)));
    }
    let mut found: Attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok((name.to_owned(), found));
        }
        let key_end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let key = rest[..key_end].to_owned();
        if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == ':') {
            return Err(format!("a bad attribute name in <{}>", excerpt(inside)));
        }
        if found.iter().any(|(other, _)| *other == key) {
            return Err(format!("{key} twice in <{}>", excerpt(inside)));
        }
        rest = &rest[key_end..];
        let Some(value) = rest.strip_prefix('=') else {
            found.push((key, String::new()));
            continue;
        };
        let value = value.strip_prefix('"').ok_or_else(|| format!("{key} is not quoted"))?;
        let end = value.find('"').ok_or_else(|| format!("{key} is not closed"))?;
        found.push((key, resolved(&value[..end])?));
        rest = &value[end + 1..];
        if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
            return Err(format!("no space after an attribute in <{}>", excerpt(inside)));
        }
    }
}

/// Text with its character references replaced.
fn resolved(text: &str) -> Result<String, String> {
    let mut parts = text.split('&');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(';').ok_or_else(|| format!("a bare &: {}", excerpt(part)))?;
        whole.push(match name {
            "amp" | "#38" => '&',
            "lt" | "#60" => '<',
            "gt" | "#62" => '>',
            "quot" | "#34" => '"',
            "#39" => '\'',
            _ => return Err(format!("an unknown reference: &{}", excerpt(name))),
        });
        whole.push_str(rest);
    }
    Ok(whole)
}

fn excerpt(text: &str) -> String {
    text.chars().take(80).collect()
}

#[test]
fn mistakes_are_found() {
    let page = |body: &str| read(&format!("<!doctype html><p>{body}</p>")).map(|_| ());
    assert_eq!(page("a <b class=\"x\">b</b> &amp; <img src=\"x\">"), Ok(()));
    for body in
        ["<b>", "</b>", "<b></i></b>", "<b class=x></b>", "a & b", "<b a=\"1\"b=\"2\"></b>", "<b a a></b>"]
    {
        assert!(page(body).is_err(), "{body}");
    }
}
