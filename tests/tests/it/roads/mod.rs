//! T08: what a credential may do is taken back on one of three nodes; it is asked for on all of them, on every road.

mod change;
mod road;
mod scene;
mod withdrawal;
