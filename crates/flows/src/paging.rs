//! Lists in parts: a part is asked for by the cursor that came with the one before.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::Refusal;

use crate::App;

const PURPOSE: &str = "cursor";
/// Bytes of the mark that a cursor begins with.
const MARK: usize = 32;

/// Which part of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// How many items at most.
    pub limit: u64,
    /// Behind which item; from the beginning if there is none.
    pub cursor: Option<String>,
}

/// A part of a list.
#[derive(Clone, Debug)]
pub struct Slice<T> {
    /// The items.
    pub items: Vec<T>,
    /// The cursor of those that follow, if any do.
    pub next: Option<String>,
}

impl Paging {
    /// Most items of one part.
    pub const MOST: u64 = 100;
    /// Items of a part if nobody says how many.
    pub const USUAL: u64 = 25;

    /// The first part, of the usual size.
    pub const fn first() -> Self {
        Self { limit: Self::USUAL, cursor: None }
    }

    /// Reads `limit` and `cursor` as somebody wrote them.
    ///
    /// # Errors
    /// `invalid_request` for a limit that is not a whole number from 1 to 100.
    pub fn parse(limit: Option<&str>, cursor: Option<&str>) -> Result<Self, Refusal> {
        let limit = match limit {
            None => Self::USUAL,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| text.bytes().all(|b| b.is_ascii_digit()) && (1..=Self::MOST).contains(limit))
                .ok_or_else(|| Refusal::invalid_request("limit must be a whole number from 1 to 100"))?,
        };
        Ok(Self { limit, cursor: cursor.filter(|cursor| !cursor.is_empty()).map(str::to_owned) })
    }

    /// One more than is wanted, to see whether there are others.
    pub const fn with_one_more(&self) -> u64 {
        self.limit.saturating_add(1)
    }

    /// The key of the item that the cursor stands behind. `list` names the list with whose it is: a cursor is good for the
    /// list it came with.
    ///
    /// # Errors
    /// `invalid_request` for a cursor that did not come with this list.
    pub fn after(&self, app: &App, list: &str) -> Result<Option<String>, Refusal> {
        self.cursor.as_deref().map(|cursor| open(app, list, cursor)).transpose()
    }

    /// The part that was wanted of what was found, of which there may be one too many. `key` is what the query goes on
    /// behind.
    pub fn slice<T>(&self, app: &App, list: &str, mut found: Vec<T>, key: impl Fn(&T) -> String) -> Slice<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| seal(app, list, &key(last)));
        Slice { items: found, next }
    }
}

impl<T> Slice<T> {
    /// The same part with each item as something else.
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Slice<U> {
        Slice { items: self.items.into_iter().map(each).collect(), next: self.next }
    }
}

/// What the mark of a cursor covers.
fn message(list: &str, key: &str) -> Vec<u8> {
    let mut message = (list.len() as u64).to_be_bytes().to_vec();
    message.extend(list.as_bytes());
    message.extend(key.as_bytes());
    message
}

fn seal(app: &App, list: &str, key: &str) -> String {
    let mut bytes = app.secret_key.mark(PURPOSE, &message(list, key)).to_vec();
    bytes.extend(key.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn open(app: &App, list: &str, cursor: &str) -> Result<String, Refusal> {
    let read = || {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (mark, key) = bytes.split_at_checked(MARK)?;
        let key = std::str::from_utf8(key).ok()?;
        app.secret_key.is_mark(PURPOSE, &message(list, key), mark).then(|| key.to_owned())
    };
    read().ok_or_else(|| Refusal::invalid_request("the cursor is none of this list; begin without one"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn limits() {
        let parse = |limit| Paging::parse(Some(limit), None).map(|paging| paging.limit);
        assert_eq!(parse("1"), Ok(1));
        assert_eq!(parse("100"), Ok(100));
        for text in ["0", "-1", "101", "99999999999999999999", "", "ten", "+5", "1.0"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(Paging::parse(None, Some("")), Ok(Paging::first()));
    }

    #[tokio::test]
    async fn a_cursor_is_good_for_its_own_list() {
        let app = testing::app().await;
        let paging = Paging { limit: 2, cursor: None };
        let slice = paging.slice(&app, "tokens ada", vec!["a", "b", "c"], |key| (*key).to_owned());
        assert_eq!(slice.items, ["a", "b"]);
        let next = Paging { cursor: slice.next.clone(), ..paging.clone() };
        assert_eq!(next.after(&app, "tokens ada"), Ok(Some("b".to_owned())));
        assert!(next.after(&app, "tokens bob").is_err());
        let forged = Paging { cursor: slice.next.map(|cursor| format!("{cursor}x")), ..paging };
        assert!(forged.after(&app, "tokens ada").is_err());
    }
}
