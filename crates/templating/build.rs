//! Rebuilds the crate when a page, a style or a script was added or removed: both folders are embedded.

fn main() {
    println!("cargo::rerun-if-changed=../../static");
    println!("cargo::rerun-if-changed=../../templates");
}
