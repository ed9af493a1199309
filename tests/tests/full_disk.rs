//! A disk that is really full: nothing acknowledged is lost, nothing is damaged, and with
//! room everything goes on.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use system_tests::full_disk;

#[test]
fn a_terminal_whose_disk_is_full_says_so_loses_nothing_and_recovers() {
    println!("{}", full_disk::run("kiosk").unwrap());
}

#[test]
fn a_gateway_whose_disk_is_full_says_so_loses_nothing_and_recovers() {
    println!("{}", full_disk::run("gateway").unwrap());
}
