/// Which of the forms of a message a number takes: the expression of `Plural-Forms` in a catalogue's header, in C, with
/// the number as `n`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PluralForms {
    /// How many forms there are.
    pub(crate) count: usize,
    expression: Expression,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Expression {
    N,
    Literal(u64),
    Binary(Box<Expression>, &'static str, Box<Expression>),
    Choice(Box<Expression>, Box<Expression>, Box<Expression>),
}

/// Operators from the loosest to the tightest; a longer one stands before what it begins with.
const OPERATORS: [&[&str]; 5] = [&["||"], &["&&"], &["==", "!="], &["<=", ">=", "<", ">"], &["%"]];

impl PluralForms {
    /// Reads `nplurals=2; plural=(n != 1);`.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let compact: String = header.chars().filter(|letter| !letter.is_whitespace()).collect();
        let (count, expression) = compact.strip_prefix("nplurals=")?.split_once(";plural=")?;
        let mut rest = expression.trim_end_matches(';');
        let expression = choice(&mut rest)?;
        let count = count.parse().ok().filter(|count| *count > 0)?;
        rest.is_empty().then_some(Self { count, expression })
    }

    /// The form of `n`, counted from zero.
    pub(crate) fn form(&self, n: u64) -> usize {
        let form = self.expression.value(n).unwrap_or(0);
        usize::try_from(form).map_or(0, |form| form.min(self.count - 1))
    }
}

impl Expression {
    fn value(&self, n: u64) -> Option<u64> {
        Some(match self {
            Self::N => n,
            Self::Literal(value) => *value,
            Self::Choice(condition, yes, no) => (if condition.value(n)? == 0 { no } else { yes }).value(n)?,
            Self::Binary(left, operator, right) => {
                let (left, right) = (left.value(n)?, right.value(n)?);
                match *operator {
                    "||" => u64::from(left != 0 || right != 0),
                    "&&" => u64::from(left != 0 && right != 0),
                    "==" => u64::from(left == right),
                    "!=" => u64::from(left != right),
                    "<=" => u64::from(left <= right),
                    ">=" => u64::from(left >= right),
                    "<" => u64::from(left < right),
                    ">" => u64::from(left > right),
                    _ => left.checked_rem(right)?,
                }
            }
        })
    }
}

fn choice(rest: &mut &str) -> Option<Expression> {
    let condition = binary(rest, &OPERATORS)?;
    if !takes(rest, "?") {
        return Some(condition);
    }
    let yes = choice(rest)?;
    let no = takes(rest, ":").then(|| choice(rest))??;
    Some(Expression::Choice(Box::new(condition), Box::new(yes), Box::new(no)))
}

fn binary(rest: &mut &str, operators: &[&'static [&'static str]]) -> Option<Expression> {
    let Some((loosest, tighter)) = operators.split_first() else { return atom(rest) };
    let mut left = binary(rest, tighter)?;
    while let Some(operator) = loosest.iter().find(|operator| takes(rest, operator)) {
        left = Expression::Binary(Box::new(left), operator, Box::new(binary(rest, tighter)?));
    }
    Some(left)
}

fn atom(rest: &mut &str) -> Option<Expression> {
    if takes(rest, "(") {
        let inner = choice(rest)?;
        return takes(rest, ")").then_some(inner);
    }
    if takes(rest, "n") {
        return Some(Expression::N);
    }
    let digits = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let (number, after) = rest.split_at(digits);
    *rest = after;
    number.parse().ok().map(Expression::Literal)
}

fn takes(rest: &mut &str, token: &str) -> bool {
    let after = rest.strip_prefix(token);
    *rest = after.unwrap_or(rest);
    after.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_several_languages() {
        let polish = "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);";
        for (header, forms) in [
            ("nplurals=2; plural=(n != 1);", [(0, 1), (1, 0), (2, 1), (u64::MAX, 1)]),
            ("nplurals=2; plural=n > 1;", [(0, 0), (1, 0), (2, 1), (5, 1)]),
            ("nplurals=1; plural=0;", [(0, 0), (1, 0), (2, 0), (5, 0)]),
            (polish, [(1, 0), (3, 1), (12, 2), (22, 1)]),
        ] {
            let rule = PluralForms::parse(header).unwrap();
            for (n, form) in forms {
                assert_eq!(rule.form(n), form, "{header} {n}");
            }
        }
    }

    #[test]
    fn nonsense_is_no_rule() {
        for header in [
            "",
            "nplurals=0; plural=0",
            "nplurals=2; plural=",
            "nplurals=2; plural=n !=",
            "nplurals=2; plural=(n",
            "nplurals=2; plural=m",
        ] {
            assert_eq!(PluralForms::parse(header), None, "{header}");
        }
    }

    #[test]
    fn a_form_that_there_is_not_is_the_last_one() {
        assert_eq!(PluralForms::parse("nplurals=2; plural=n").unwrap().form(7), 1);
        assert_eq!(PluralForms::parse("nplurals=2; plural=n % 0").unwrap().form(7), 0);
    }
}
