use std::borrow::Cow;
use std::net::IpAddr;

use postern_domain::audit::{Act, By, Call, Event, EventId, Outcome, Place, Target};
use postern_domain::{ClientId, OrganizationId, Timestamp, TokenId, TokenKind, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::row::Model;
use crate::StorageError;
use crate::mapping::{corrupt, from_json, to_json};

const TABLE: &str = "audit_events";

/// An event as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record(Model);

/// A record with its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The record.
    pub record: Record,
    /// Which one of its segment it is, from 1.
    pub position: i64,
    /// The hash of the one before together with this one.
    pub hash: [u8; 32],
}

/// What no search asks for, of a call.
#[derive(Serialize, Deserialize)]
struct CallData<'a> {
    place: Place,
    kind: Cow<'a, str>,
    address: IpAddr,
    method: Cow<'a, str>,
    url: Cow<'a, str>,
    status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    us: u64,
}

/// The same of an act.
#[derive(Serialize, Deserialize)]
struct ActData<'a> {
    #[serde(flatten)]
    by: By,
    kind: Cow<'a, str>,
    name: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Cow<'a, Value>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<Cow<'a, Value>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<IpAddr>,
}

impl Record {
    /// How an event is kept.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`] if it cannot be written as JSON.
    pub fn of(event: &Event) -> Result<Self, StorageError> {
        match event {
            Event::Call(call) => of_call(call),
            Event::Act(act) => of_act(act),
        }
        .map(Self)
    }

    /// The event.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`] if somebody has changed it to what is none.
    pub fn event(&self) -> Result<Event, StorageError> {
        let row = &self.0;
        let outcome: Outcome = row.outcome.parse().map_err(|error| corrupt(TABLE, error))?;
        match outcome {
            Outcome::Call(verdict) => {
                let data: CallData<'_> = from_json(TABLE, &row.data)?;
                let kind = TokenKind::from_code(&data.kind).ok_or_else(|| corrupt(TABLE, "no such kind"))?;
                Ok(Event::Call(Call {
                    id: EventId(row.id),
                    at: Timestamp(row.at),
                    place: data.place,
                    token_id: TokenId(row.token_id.ok_or_else(|| corrupt(TABLE, "a call without token"))?),
                    kind,
                    user_id: row.user_id.map(UserId),
                    acting_for: row.acting_for.map(UserId),
                    client_id: row.client_id.map(ClientId),
                    organization_id: row.organization_id.map(OrganizationId),
                    address: data.address,
                    method: data.method.into_owned(),
                    url: data.url.into_owned(),
                    status: data.status,
                    verdict,
                    reason: data.reason.map(|reason| Cow::Owned(reason.into_owned())),
                    line: data.line,
                    latency_us: data.us,
                }))
            }
            Outcome::Act => self.act().map(Event::Act),
        }
    }

    fn act(&self) -> Result<Act, StorageError> {
        let row = &self.0;
        let data: ActData<'_> = from_json(TABLE, &row.data)?;
        let action = row.action.as_deref().ok_or_else(|| corrupt(TABLE, "an act without action"))?;
        let by = match data.by {
            By::Person { .. } => By::Person {
                user_id: row.user_id.map(UserId),
                acting_for: row.acting_for.map(UserId),
                token_id: row.token_id.map(TokenId),
            },
            by => by,
        };
        Ok(Act {
            id: EventId(row.id),
            at: Timestamp(row.at),
            by,
            action: action.parse().map_err(|error| corrupt(TABLE, error))?,
            target: Target {
                kind: Cow::Owned(data.kind.into_owned()),
                id: row.target_id,
                name: data.name.into_owned(),
            },
            organization_id: row.organization_id.map(OrganizationId),
            before: data.before.map(Cow::into_owned),
            after: data.after.map(Cow::into_owned),
            address: data.address,
        })
    }

    /// Its id.
    pub const fn id(&self) -> EventId {
        EventId(self.0.id)
    }

    /// All that is kept of it but its place in the chain, in the one form that hashes go over: each column with its length
    /// in front, so that nothing can be moved from one to the next.
    pub fn bytes(&self) -> Vec<u8> {
        let row = &self.0;
        let mut bytes = vec![1];
        let mut put = |column: Option<&[u8]>| match column {
            None => bytes.push(0),
            Some(column) => {
                bytes.push(1);
                bytes.extend((column.len() as u64).to_be_bytes());
                bytes.extend(column);
            }
        };
        put(Some(row.id.as_bytes()));
        put(Some(&row.at.to_be_bytes()));
        put(Some(row.outcome.as_bytes()));
        put(row.action.as_deref().map(str::as_bytes));
        let ids =
            [row.token_id, row.user_id, row.acting_for, row.client_id, row.organization_id, row.target_id];
        for id in &ids {
            put(id.as_ref().map(|id| id.as_bytes().as_slice()));
        }
        put(Some(row.data.as_bytes()));
        bytes
    }

    /// Its row, with its place in the chain.
    pub(super) fn row(&self, place: Option<(i64, i64)>, hash: [u8; 32]) -> Model {
        let (segment, position) = place.unzip();
        Model { segment, position, hash: hash.to_vec(), ..self.0.clone() }
    }

    /// Parts a row into the record, its position and its hash.
    pub(super) fn parts(row: Model) -> Result<(Self, Option<i64>, [u8; 32]), StorageError> {
        let hash = crate::mapping::hash(TABLE, &row.hash)?.0;
        let position = row.position;
        Ok((Self(Model { segment: None, position: None, hash: Vec::new(), ..row }), position, hash))
    }
}

fn of_call(call: &Call) -> Result<Model, StorageError> {
    let data = CallData {
        place: call.place,
        kind: Cow::Borrowed(call.kind.spec().code),
        address: call.address,
        method: Cow::Borrowed(&call.method),
        url: Cow::Borrowed(&call.url),
        status: call.status,
        reason: call.reason.as_deref().map(Cow::Borrowed),
        line: call.line,
        us: call.latency_us,
    };
    Ok(Model {
        action: None,
        token_id: Some(call.token_id.0),
        user_id: call.user_id.map(|id| id.0),
        acting_for: call.acting_for.map(|id| id.0),
        client_id: call.client_id.map(|id| id.0),
        organization_id: call.organization_id.map(|id| id.0),
        ..bare(call.id, call.at, Outcome::Call(call.verdict), to_json(TABLE, &data)?)
    })
}

fn of_act(act: &Act) -> Result<Model, StorageError> {
    let data = ActData {
        by: act.by,
        kind: Cow::Borrowed(&act.target.kind),
        name: Cow::Borrowed(&act.target.name),
        before: act.before.as_ref().map(Cow::Borrowed),
        after: act.after.as_ref().map(Cow::Borrowed),
        address: act.address,
    };
    let (user_id, acting_for, token_id) = match act.by {
        By::Person { user_id, acting_for, token_id } => (user_id, acting_for, token_id),
        By::Operator | By::Server | By::Anybody | By::Itself => (None, None, None),
    };
    Ok(Model {
        action: Some(act.action.code().to_owned()),
        token_id: token_id.map(|id| id.0),
        user_id: user_id.map(|id| id.0),
        acting_for: acting_for.map(|id| id.0),
        organization_id: act.organization_id.map(|id| id.0),
        target_id: act.target.id,
        ..bare(act.id, act.at, Outcome::Act, to_json(TABLE, &data)?)
    })
}

fn bare(id: EventId, at: Timestamp, outcome: Outcome, data: String) -> Model {
    let none: Option<Uuid> = None;
    Model {
        id: id.0,
        at: at.0,
        outcome: outcome.as_str().to_owned(),
        action: None,
        token_id: none,
        user_id: none,
        acting_for: none,
        client_id: none,
        organization_id: none,
        target_id: none,
        data,
        segment: None,
        position: None,
        hash: Vec::new(),
    }
}
