//! Numbers as people read them.

/// With a comma after every three digits, e.g. `10,000`.
pub(crate) fn grouped(number: &u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The most that is counted of what there may be very much of.
const MOST_COUNTED: u64 = 10_000;

/// A count that goes no further than ten thousand: beyond it, `10,000+`.
pub(crate) fn counted(number: &u64) -> String {
    if *number > MOST_COUNTED { format!("{}+", grouped(&MOST_COUNTED)) } else { grouped(number) }
}

#[cfg(test)]
mod tests {
    use super::{counted, grouped};

    #[test]
    fn counts_end_at_ten_thousand() {
        assert_eq!(counted(&10_000), "10,000");
        assert_eq!(counted(&10_001), "10,000+");
    }

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in
            [(0_u64, "0"), (999, "999"), (1_000, "1,000"), (24_117, "24,117"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(&number), text);
        }
    }
}
