//! The gateway over real TLS, as a terminal and as an attacker see it.

#![allow(clippy::unwrap_used, missing_docs)]

mod accounts;
mod attachments;
mod backups;
mod certificates;
mod client;
mod damage;
mod documents;
mod enrolment;
mod exchange;
mod faults;
mod import;
mod openapi;
mod operator;
mod profile;
mod program;
mod provisioning;
mod releases;
mod retention;
mod staff;
mod stations;
mod work;
