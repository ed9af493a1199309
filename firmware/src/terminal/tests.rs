#![allow(clippy::unwrap_used)]

mod card;
mod day;
mod desk;
mod passcode;
mod random;
mod setup;
mod work_eligibility;
mod work_inbox;
mod work_look_up;
mod work_request;
