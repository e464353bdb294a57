//! As much of Protocol Buffers as a trace takes, read by the numbers of `opentelemetry/proto/trace/v1/trace.proto`: what is
//! sent is looked at by other means than those that wrote it.

use std::collections::BTreeMap;

/// `SPAN_KIND_SERVER`
pub(crate) const SERVER: u64 = 2;
/// `STATUS_CODE_ERROR`
pub(crate) const ERROR: u64 = 2;

/// A message that was not looked into.
#[derive(Clone, Copy)]
pub(crate) struct Message<'a>(pub(crate) &'a [u8]);

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Message<'a> {
    fn fields(self) -> Vec<(u64, Value<'a>)> {
        let (mut rest, mut found) = (self.0, Vec::new());
        while !rest.is_empty() {
            let tag = varint(&mut rest);
            let value = match tag & 7 {
                0 => Value::Number(varint(&mut rest)),
                1 => Value::Number(u64::from_le_bytes(take(&mut rest, 8).try_into().unwrap())),
                2 => {
                    let length = usize::try_from(varint(&mut rest)).unwrap();
                    Value::Bytes(take(&mut rest, length))
                }
                5 => Value::Number(u32::from_le_bytes(take(&mut rest, 4).try_into().unwrap()).into()),
                kind => panic!("wire type {kind}"),
            };
            found.push((tag >> 3, value));
        }
        found
    }

    /// The messages of a repeated field.
    pub(crate) fn messages(self, field: u64) -> Vec<Message<'a>> {
        self.all(field).into_iter().map(Message).collect()
    }

    fn all(self, field: u64) -> Vec<&'a [u8]> {
        let fields = self.fields().into_iter().filter(|(number, _)| *number == field);
        fields
            .filter_map(|(_, value)| if let Value::Bytes(bytes) = value { Some(bytes) } else { None })
            .collect()
    }

    fn text(self, field: u64) -> String {
        String::from_utf8(self.all(field).concat()).unwrap()
    }

    fn hex(self, field: u64) -> String {
        self.all(field).concat().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn number(self, field: u64) -> Option<u64> {
        self.fields().into_iter().find_map(|(number, value)| match value {
            Value::Number(value) if number == field => Some(value),
            _ => None,
        })
    }
}

fn varint(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, left) = rest.split_at(length);
    *rest = left;
    taken
}

/// `KeyValue`s; numbers as text.
pub(crate) fn attributes(message: Message<'_>, field: u64) -> Vec<(String, String)> {
    let value = |pair: Message<'_>| {
        let value = pair.messages(2)[0];
        value.number(3).map_or_else(|| value.text(1), |number| number.to_string())
    };
    message.messages(field).into_iter().map(|pair| (pair.text(1), value(pair))).collect()
}

/// A span, as the collector got it.
#[derive(Debug)]
pub(crate) struct Span {
    pub(crate) trace_id: String,
    pub(crate) id: String,
    pub(crate) state: String,
    /// Empty for the first of a trace.
    pub(crate) parent: String,
    pub(crate) name: String,
    pub(crate) kind: u64,
    /// Nanoseconds since 1970.
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) events: usize,
    pub(crate) status: u64,
}

impl Span {
    pub(crate) fn read(message: Message<'_>) -> Self {
        let status = message.messages(15).first().and_then(|status| status.number(3));
        Self {
            trace_id: message.hex(1),
            id: message.hex(2),
            state: message.text(3),
            parent: message.hex(4),
            name: message.text(5),
            kind: message.number(6).unwrap_or_default(),
            start: message.number(7).unwrap_or_default(),
            end: message.number(8).unwrap_or_default(),
            attributes: attributes(message, 9).into_iter().collect(),
            events: message.messages(11).len(),
            status: status.unwrap_or_default(),
        }
    }

    /// One attribute; empty if it is not there.
    pub(crate) fn attribute(&self, key: &str) -> &str {
        self.attributes.get(key).map_or("", String::as_str)
    }
}
