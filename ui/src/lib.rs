//! The screens: Slint pages, the words on them, and what turns a view into pixels and a finger
//! into a touch.
//!
//! | Module | What it holds |
//! |---|---|
//! | [`screen`] | the window: a view goes in, touches come out |
//! | [`pages`] | one adapter a page |
//! | [`keyboard`] | a hardware keyboard or scanner as the touches of fingers |
//! | [`words`] | every word that people see, by key, in two languages |
//! | [`phrases`] | where a Japanese sentence may be broken into lines |
//! | [`say`] | dates, times and durations in words |
//! | [`layout`] | the three screen sizes |
//! | [`names`] | names of people, never cut |
//! | [`rows`] | rows changed in place |
//! | [`code`] | a text as a QR code: the enquiry slip, the terminal's id |
//! | [`headless`] | the same screens without a display |
//! | [`picture`] | pictures of screens as small files, and whether two show the same |
//! | [`sheet`] | one page that shows many pictures |

pub mod code;
pub mod keyboard;
pub mod layout;
pub mod names;
pub mod pages;
pub mod phrases;
pub mod picture;
pub mod rows;
pub mod say;
pub mod screen;
pub mod sheet;
pub mod words;

#[cfg(feature = "player")]
pub mod headless;

/// What the Slint compiler makes of the pages; generated code has no documentation.
#[doc(no_inline)]
pub use ui_pages::*;
