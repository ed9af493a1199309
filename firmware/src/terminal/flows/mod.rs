//! The flows: one file a question.

pub mod admin;
pub mod card;
pub mod card_mode;
pub mod diagnostics;
pub mod disclosure;
mod doors;
pub mod help;
pub mod home;
pub mod inbox;
pub mod insurer;
pub mod lock;
pub mod lockout;
pub mod look;
pub mod lookup;
pub mod new_passcode;
pub mod outbox;
pub mod passcode;
pub mod pledge;
pub mod profile;
pub mod saved;
pub mod selftest;
pub mod settings;
pub mod setup;
pub mod staff;
pub mod staff_edit;
pub mod staff_form;
pub mod trouble;
