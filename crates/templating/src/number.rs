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

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in
            [(0_u64, "0"), (999, "999"), (1_000, "1,000"), (24_117, "24,117"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(&number), text);
        }
    }
}
