//! What the server decides: one file per flow, no HTTP types.
