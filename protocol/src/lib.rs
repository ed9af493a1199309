//! The words that the terminal and the gateway share.
//!
//! Values are parsed once at the edge into types that cannot be wrong; nothing here
//! does I/O, reads a clock or knows about screens and databases.
//!
//! | Module | What it holds |
//! |---|---|
//! | [`number`] | 事業所番号, 被保険者番号, 保険者番号, user ids and their check digits |
//! | [`calendar`] | dates, Japanese eras (和暦), timestamps |
//! | [`text`] | names, kana, telephone numbers; refuses 個人番号 wherever text goes in |
//! | [`person`] | who a question or a request is about, and who asks |
//! | [`facility`] | the office's profile and the insurers it may ask |
//! | [`help`] | desks beside the insurers' own, and what people call them about |
//! | [`command`] | what a terminal asks for: one id for life |
//! | [`check`] | what a command has to hold beyond its types, and whom it is about |
//! | [`answer`] | what comes back: answers, documents, notices |
//! | [`exchange`] | the wire: one round trip, receipts, enrolment |
//! | [`document_name`] | the name of a delivered file, for display and export |
//! | [`identity`] | a terminal by its certificate, a content by its digest |
//! | [`jws`] | the compact framing of a signed receipt page |
//! | [`provisioning`] | a unit's configuration, a disk image, the record of a card that was written
//! | [`release`] | a new system for terminals: offered, handed over, what became of it |
//! | [`self_test`] | what a unit found when it tested itself |
//! | [`problem`] | problem codes: one code on screen, in the log and on the wire |

pub mod answer;
pub mod calendar;
pub mod check;
pub mod command;
pub mod document_name;
pub mod exchange;
pub mod facility;
pub mod help;
pub mod identity;
pub mod jws;
pub mod number;
pub mod person;
pub mod problem;
pub mod provisioning;
pub mod release;
pub mod self_test;
pub mod text;
mod value;
