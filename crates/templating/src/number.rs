//! Numbers as people read them.

use std::fmt;

use askama::filters::HtmlSafe;
use askama::{FastWritable, Values};

use crate::{Argument, Language};

/// A number with something after every three digits, e.g. `10,000`, as the language of the page has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grouped {
    number: u64,
    is_more: bool,
}

/// All of a number.
pub(crate) fn grouped(number: &u64) -> Grouped {
    Grouped { number: *number, is_more: false }
}

/// The most that is counted of what there may be very much of.
const MOST_COUNTED: u64 = 10_000;

/// A count that goes no further than ten thousand: from there on, `10,000+`.
pub(crate) fn counted(number: &u64) -> Grouped {
    Grouped { number: (*number).min(MOST_COUNTED), is_more: *number >= MOST_COUNTED }
}

/// The digits with `separator` after every three.
pub(crate) fn grouped_by(number: u64, separator: &str) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push_str(separator);
        }
        text.push(digit);
    }
    text
}

impl Grouped {
    fn write(self, dest: &mut dyn fmt::Write, language: Language) -> fmt::Result {
        dest.write_str(&grouped_by(self.number, language.separator()))?;
        if self.is_more { dest.write_str("+") } else { Ok(()) }
    }
}

impl From<Grouped> for Argument {
    fn from(counted: Grouped) -> Self {
        if counted.is_more { Self::MoreThan(counted.number) } else { Self::Number(counted.number) }
    }
}

impl HtmlSafe for Grouped {}

impl FastWritable for Grouped {
    fn write_into(&self, dest: &mut dyn fmt::Write, values: &dyn Values) -> askama::Result<()> {
        Ok(self.write(dest, Language::of(values))?)
    }
}

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Language::ENGLISH)
    }
}

#[cfg(test)]
mod tests {
    use super::{counted, grouped};
    use crate::tn;

    #[test]
    fn counts_end_at_ten_thousand() {
        assert_eq!(counted(&9_999).to_string(), "9,999");
        assert_eq!(counted(&10_000).to_string(), "10,000+");
        assert_eq!(counted(&10_001).to_string(), "10,000+");
        assert_eq!(tn("{count} day", "{count} days", counted(&10_001)).to_string(), "10,000+ days");
    }

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in
            [(0_u64, "0"), (999, "999"), (1_000, "1,000"), (24_117, "24,117"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(&number).to_string(), text);
        }
    }
}
