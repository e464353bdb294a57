//! Between rows and what they mean: a row that cannot be read says which table it is of.

use std::fmt::Display;

use postern_domain::TokenHash;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StorageError;

/// Why a column of `table` cannot be read.
pub(crate) fn corrupt(table: &'static str, reason: impl Display) -> StorageError {
    StorageError::Corrupt { table, reason: reason.to_string() }
}

/// Reads a column that holds JSON.
pub(crate) fn from_json<T: DeserializeOwned>(table: &'static str, text: &str) -> Result<T, StorageError> {
    serde_json::from_str(text).map_err(|error| corrupt(table, error))
}

/// Writes a column that holds JSON.
pub(crate) fn to_json<T: Serialize>(table: &'static str, value: &T) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|error| corrupt(table, error))
}

/// Reads a column that holds a keyed hash.
pub(crate) fn hash(table: &'static str, bytes: &[u8]) -> Result<TokenHash, StorageError> {
    bytes.try_into().map(TokenHash).map_err(|_| corrupt(table, "a hash is not 32 bytes"))
}
