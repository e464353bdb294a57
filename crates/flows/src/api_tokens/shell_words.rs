//! The words of a command as a POSIX shell splits it, where that takes no running shell.

/// Splits a command into its words.
///
/// # Errors
/// A sentence that says what only a shell could know, or what is left open.
pub(super) fn split(command: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = command.trim().chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            ' ' | '\t' => words.extend(word.take()),
            '\n' | '\r' if rest.clone().all(char::is_whitespace) => break,
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' => return Err("A line ends without a backslash: paste one command.".to_owned()),
            '\\' => match rest.next() {
                Some('\n') => {}
                Some('\r') if rest.peek() == Some(&'\n') => {
                    rest.next();
                }
                Some(escaped) => word.get_or_insert_default().push(escaped),
                None => return Err("The command ends with a backslash.".to_owned()),
            },
            '\'' => single(&mut rest, word.get_or_insert_default())?,
            '"' => double(&mut rest, word.get_or_insert_default())?,
            '$' if rest.peek() == Some(&'\'') => {
                rest.next();
                ansi(&mut rest, word.get_or_insert_default())?;
            }
            '#' if word.is_none() => return Err("A # outside quotes begins a comment.".to_owned()),
            '&' | '|' | ';' | '<' | '>' | '(' | ')' => {
                return Err(format!("A {character} outside quotes ends the command: put the URL in quotes."));
            }
            '$' | '`' => word.get_or_insert_default().push(variable(character, rest.peek())?),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

/// What a `$` or a backquote stays as; variables stay as they are written.
fn variable(character: char, next: Option<&char>) -> Result<char, String> {
    match (character, next) {
        ('`', _) | ('$', Some('(')) => {
            Err("The command runs another one: write what that prints in its place.".to_owned())
        }
        _ => Ok(character),
    }
}

fn open(quote: &str) -> String {
    format!("A {quote} opens and never closes.")
}

fn single(rest: &mut impl Iterator<Item = char>, word: &mut String) -> Result<(), String> {
    for character in rest {
        if character == '\'' {
            return Ok(());
        }
        word.push(character);
    }
    Err(open("'"))
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn double(rest: &mut Rest<'_>, word: &mut String) -> Result<(), String> {
    while let Some(character) = rest.next() {
        match character {
            '"' => return Ok(()),
            '\\' => match rest.next() {
                Some('\n') => {}
                Some(escaped @ ('"' | '\\' | '$' | '`')) => word.push(escaped),
                Some(other) => word.extend(['\\', other]),
                None => break,
            },
            '$' | '`' => word.push(variable(character, rest.peek())?),
            other => word.push(other),
        }
    }
    Err(open("\""))
}

/// `$'…'`, as browsers copy what holds a quote.
fn ansi(rest: &mut Rest<'_>, word: &mut String) -> Result<(), String> {
    while let Some(character) = rest.next() {
        match character {
            '\'' => return Ok(()),
            '\\' => match rest.next() {
                Some('n') => word.push('\n'),
                Some('r') => word.push('\r'),
                Some('t') => word.push('\t'),
                Some(escaped @ ('\'' | '"' | '\\')) => word.push(escaped),
                Some('u') => word.push(code_point(rest, 4)?),
                Some('x') => word.push(code_point(rest, 2)?),
                _ => return Err("An escape in $'…' is not understood.".to_owned()),
            },
            other => word.push(other),
        }
    }
    Err(open("$'"))
}

fn code_point(rest: &mut Rest<'_>, digits: usize) -> Result<char, String> {
    let number = (0..digits).try_fold(0, |number, _| Some(number * 16 + rest.next()?.to_digit(16)?));
    let fits = |number: &u32| digits > 2 || *number < 0x80;
    number
        .filter(fits)
        .and_then(char::from_u32)
        .ok_or_else(|| "An escape in $'…' stands for no character.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn words_are_split_as_a_shell_does() {
        let words = |command: &str| split(command).unwrap();
        assert_eq!(words("curl  -s a"), ["curl", "-s", "a"]);
        assert_eq!(
            words("curl \\\n  -d '{\"a\": \"b c\"}' x\\ y\n"),
            ["curl", "-d", "{\"a\": \"b c\"}", "x y"]
        );
        assert_eq!(words("a \"b\\\"c\\\\d\\e $F\" ''"), ["a", "b\"c\\d\\e $F", ""]);
        assert_eq!(words("a $'it\\'s\\n\\u0021\\x41'"), ["a", "it's\n!A"]);
        assert_eq!(words("a \\\r\n b"), ["a", "b"]);
        assert_eq!(words("x'y'\"z\""), ["xyz"]);
    }

    #[test]
    fn what_takes_a_shell_is_refused() {
        for command in [
            "curl 'a",
            "curl \"a",
            "curl $'a",
            "curl a\\",
            "curl https://a/?b=1&c=2",
            "curl a | jq",
            "curl a > b",
            "curl $(cat a)",
            "curl \"`cat a`\"",
            "curl a\ncurl b",
            "curl $'\\q'",
            "curl $'\\xff'",
            "curl a # b",
        ] {
            assert!(split(command).is_err(), "{command}");
        }
    }
}
