use sea_orm::ColumnTrait;
use sea_orm::sea_query::{ExprTrait, SimpleExpr};

/// That a column begins with `begin` and is no less than `from`, where a list goes on. It has one lower bound only: of two,
/// SQLite searches its index by whichever comes first, and then goes through all that lies between them.
pub(crate) fn begins(column: impl ColumnTrait, begin: &[u8], from: Option<&[u8]>) -> SimpleExpr {
    let least = from.filter(|from| *from > begin).unwrap_or(begin);
    let bound = column.gte(least.to_vec());
    match behind(begin) {
        Some(end) => bound.and(column.lt(end)),
        None => bound,
    }
}

/// The first bytes that come after all that begin with `begin`; `None` if there are none.
pub(crate) fn behind(begin: &[u8]) -> Option<Vec<u8>> {
    let mut end = begin.to_vec();
    while let Some(last) = end.pop() {
        if let Some(next) = last.checked_add(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}
