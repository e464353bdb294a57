/// The stable code of the error that an answer says, for what is written down of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reason(pub(crate) &'static str);
