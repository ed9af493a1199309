#![allow(clippy::unwrap_used)]

mod board;
mod card;
mod day;
mod desk;
mod diagnostics;
mod help;
mod passcode;
mod random;
mod rights;
mod self_test;
mod setup;
mod strip;
mod work_declines;
mod work_eligibility;
mod work_inbox;
mod work_insurers;
mod work_look_up;
mod work_outbox;
mod work_request;
