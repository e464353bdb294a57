//! Rebuilds the crate when a page, a style, a script or a catalogue was added or removed: the folders are embedded.

fn main() {
    println!("cargo::rerun-if-changed=../../locales");
    println!("cargo::rerun-if-changed=../../static");
    println!("cargo::rerun-if-changed=../../templates");
}
