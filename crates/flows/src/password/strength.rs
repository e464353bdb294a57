//! How easily a password is guessed, by zxcvbn, in bounded time.

use zxcvbn::feedback::{Feedback, Warning};
use zxcvbn::{Score, zxcvbn};

/// How many characters are judged at once. The time grows with the square of them, and beyond this number counts of
/// keyboard patterns overflow in the judge.
const PART: usize = 22;
/// Most ways to read a password with letters for symbols, each of which is judged.
const READINGS: usize = 16;
/// Symbols that stand for letters, by letter, as the judge reads them.
const STAND_INS: [&str; 12] = ["4@", "8", "({[<", "3", "69", "1!|", "1|7", "0", "$5", "+7", "%", "2"];

/// What makes a password easy to guess, if it is, with what to do about it. `known` is what a guesser would try first.
pub(super) fn weakness(password: &str, known: &[String]) -> Option<String> {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let characters: Vec<char> = password.chars().collect();
    let (first, last) = (characters.iter().take(PART), characters.iter().rev().take(PART).rev());
    // The whole is no easier to guess than either end of it.
    let weakness = weakness_of_part(&first.collect::<String>(), &known)?;
    if characters.len() > PART {
        weakness_of_part(&last.collect::<String>(), &known)?;
    }
    Some(weakness)
}

fn weakness_of_part(part: &str, known: &[&str]) -> Option<String> {
    let judged =
        if readings(part) > READINGS { zxcvbn(&fewer_readings(part), known) } else { zxcvbn(part, known) };
    // Two is "somewhat guessable": over a million guesses, which the budget of tries spreads over months.
    if judged.score() >= Score::Two {
        return None;
    }
    Some(in_words(judged.feedback().and_then(Feedback::warning)).to_owned())
}

/// What makes it easy to guess and what to do about it, in sentences that catalogues translate as a whole.
fn in_words(warning: Option<Warning>) -> &'static str {
    match warning {
        Some(Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess) => {
            "Keys that lie side by side are easy to guess. Use a few random words instead."
        }
        Some(
            Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
        ) => "Repetitions are easy to guess. Use a few random words instead.",
        Some(
            Warning::ThisIsATop10Password | Warning::ThisIsATop100Password | Warning::ThisIsACommonPassword,
        ) => "This is a very common password. Use a few random words instead.",
        Some(Warning::ThisIsSimilarToACommonlyUsedPassword) => {
            "This is much like a common password. Use a few random words instead."
        }
        Some(Warning::SequencesLikeAbcAreEasyToGuess) => {
            "Letters or digits in a row, like abc or 6543, are easy to guess. Use a few random words instead."
        }
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => {
            "Years and dates are easy to guess. Use a few random words instead."
        }
        Some(Warning::AWordByItselfIsEasyToGuess) => {
            "A word by itself is easy to guess. Use a few random words instead."
        }
        Some(
            Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
            | Warning::CommonNamesAndSurnamesAreEasyToGuess,
        ) => "Names are easy to guess. Use a few random words instead.",
        None => "This is easy to guess. Use a few random words instead.",
    }
}

/// In how many ways symbols can be read as letters.
fn readings(text: &str) -> usize {
    STAND_INS.iter().map(|symbols| symbols.chars().filter(|c| text.contains(*c)).count().max(1)).product()
}

/// The same with one symbol for each letter: as hard to guess, and read in few ways.
fn fewer_readings(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '@' => '4',
            '{' | '[' | '<' => '(',
            '!' | '|' => '1',
            '$' => '5',
            '+' => '7',
            '9' => '6',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn no_password_takes_long_to_judge() {
        let known = ["ada".to_owned(), "ada@example.com".to_owned(), "x".repeat(100)];
        for password in [
            "4@8({[<369!1|70$5+7%2".repeat(6),
            "Aa4@8({[<369!1|70$5+7%2zZ passwordqwerty".repeat(3),
            "x1".repeat(64),
            "20202020".repeat(16),
            "qwertyuiopasdfghjkl".repeat(6),
            "密码".repeat(64),
            "a".repeat(128),
        ] {
            let begin = Instant::now();
            let _ = weakness(&password, &known);
            // Without optimisation, on a busy machine; a hundredth of it in earnest.
            assert!(begin.elapsed() < Duration::from_secs(3), "{password}: {:?}", begin.elapsed());
        }
    }

    #[test]
    fn one_good_end_is_enough() {
        assert!(weakness(&"20202020".repeat(16), &[]).is_some());
        assert!(weakness(&"a".repeat(64), &[]).is_some());
        assert_eq!(weakness(&format!("{}correct horse battery", "a".repeat(64)), &[]), None);
        assert_eq!(weakness(&format!("correct horse battery{}", "a".repeat(64)), &[]), None);
        assert!(weakness("!@#$%^&*", &[]).is_some());
    }
}
