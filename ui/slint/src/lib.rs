//! What the Slint compiler makes of the pages in this folder, and nothing else.
//!
//! It is a crate of its own because it is by far the slowest thing to compile: whoever changes an
//! adapter, a word or the runtime does not wait for it. Code lives in `ui`.
#![allow(
    missing_docs,
    unsafe_code,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::restriction
)]

slint::include_modules!();
