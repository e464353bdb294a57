/// A part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Words as they are.
    Words(&'a str),
    /// `{name}`: where an argument goes, by its name and as it is written.
    Argument(&'a str, &'a str),
}

/// The parts of a message, once from left to right: what an argument holds is never looked at again.
pub(crate) fn pieces(message: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = message;
    std::iter::from_fn(move || {
        if let Some(length) = argument(rest) {
            let (written, after) = rest.split_at(length);
            rest = after;
            return Some(Piece::Argument(written.trim_matches(['{', '}']), written));
        }
        let next = rest.char_indices().skip(1).find(|(index, letter)| {
            *letter == '{' && rest.get(*index..).is_some_and(|rest| argument(rest).is_some())
        });
        let (words, after) = rest.split_at(next.map_or(rest.len(), |(index, _)| index));
        rest = after;
        (!words.is_empty()).then_some(Piece::Words(words))
    })
}

/// The length of the `{name}` that this begins with.
fn argument(text: &str) -> Option<usize> {
    let name = text.strip_prefix('{')?.split('}').next()?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    (is_name && text.len() > name.len() + 1).then_some(name.len() + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_fall_into_pieces() {
        let all = |text| pieces(text).collect::<Vec<_>>();
        assert_eq!(all(""), []);
        assert_eq!(all("Sign in"), [Piece::Words("Sign in")]);
        assert_eq!(
            all("{a}{b_c} é{x"),
            [Piece::Argument("a", "{a}"), Piece::Argument("b_c", "{b_c}"), Piece::Words(" é{x")]
        );
        assert_eq!(all("{} {A} {{a}"), [Piece::Words("{} {A} {"), Piece::Argument("a", "{a}")]);
    }
}
