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
