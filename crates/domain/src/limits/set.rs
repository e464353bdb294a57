use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::line::LimitLine;
use super::parse::{self, LimitError};

/// The limits of a token: a request passes when any line lets it. At least one line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LimitSet(Vec<LimitLine>);

/// Most weight of all expressions of a token together, see [`super::Pattern`].
const HEAVIEST: usize = 4_000;

/// How many limits a token may have (`limits.*` of the configuration).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitCaps {
    /// Most lines.
    pub lines: usize,
    /// Most bytes of all lines together.
    pub bytes: usize,
}

impl Default for LimitCaps {
    fn default() -> Self {
        Self { lines: 1_000, bytes: 64 * 1024 }
    }
}

impl LimitSet {
    /// Reads limits as their owner wrote them, one a line; empty lines count for nothing. `None` if there is no line.
    ///
    /// # Errors
    /// All that is wrong, line by line.
    pub fn parse(text: &str, caps: LimitCaps) -> Result<Option<Self>, Vec<LimitError>> {
        let whole = |line, message: String| vec![LimitError { line, column: 1, message }];
        if text.len() > caps.bytes {
            return Err(whole(
                1,
                format!("the limits are {} bytes long; {} is the most", text.len(), caps.bytes),
            ));
        }
        let mut lines = Vec::new();
        let mut errors = Vec::new();
        let mut weight = 0;
        for (number, raw) in text.lines().enumerate() {
            let line = raw.trim();
            if line.is_empty() {
                continue;
            }
            let indent = raw.chars().take_while(|c| c.is_whitespace()).count();
            match parse::line(line) {
                Ok((line, weighs)) => {
                    lines.push(line);
                    weight += weighs;
                }
                Err(error) => {
                    errors.push(LimitError { line: number + 1, column: error.column + indent, ..error })
                }
            }
            if lines.len() > caps.lines {
                return Err(whole(number + 1, format!("there are more than {} limits", caps.lines)));
            }
            if weight > HEAVIEST {
                return Err(whole(
                    number + 1,
                    "the limits up to here hold too many repetitions and classes".to_owned(),
                ));
            }
        }
        match errors.is_empty() {
            true => Ok(Self::new(lines)),
            false => Err(errors),
        }
    }

    /// These lines; `None` if there is none.
    pub fn new(lines: Vec<LimitLine>) -> Option<Self> {
        (!lines.is_empty()).then_some(Self(lines))
    }

    /// The lines.
    pub fn lines(&self) -> &[LimitLine] {
        &self.0
    }

    /// Whether it lets nothing pass that `other` does not, for certain: all of its lines are lines of that.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|line| other.0.contains(line))
    }

    /// Whether any line looks into a JSON body.
    pub fn reads_body(&self) -> bool {
        use super::line::Place;
        let mut conditions = self.0.iter().flat_map(|line| &line.conditions);
        conditions.any(|condition| matches!(condition.place, Place::JsonData(_)))
    }
}

/// One line a limit, as it is parsed.
impl fmt::Display for LimitSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, line) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            line.fmt(f)?;
        }
        Ok(())
    }
}

impl Serialize for LimitSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(LimitLine::to_string))
    }
}

impl<'de> Deserialize<'de> for LimitSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let lines = Vec::<String>::deserialize(deserializer)?;
        let lines = lines.iter().map(|line| parse::kept_line(line)).collect::<Result<Vec<_>, _>>();
        let lines = lines.map_err(serde::de::Error::custom)?;
        Self::new(lines).ok_or_else(|| serde::de::Error::custom("limits have at least one line"))
    }
}
