//! What things are: pure, synchronous, total.
