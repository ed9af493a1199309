//! An update that the gateway offers, from the operator's command to the kept system.

use std::io;
use std::time::Duration;

use appliance::slots::state::Slot;
use system_tests::process::wait_until;
use system_tests::world::SERIAL;

use crate::desk::START_LIMIT;
use crate::emulator::Rig;
use crate::first_day;
use crate::proofs::{Bench, IDLE_SECONDS, INSTALL_LIMIT, TALKATIVE};

/// The version that is offered.
const VERSION: &str = "0.2.0";

/// Longest wait for the report after the system was kept.
const REPORT_LIMIT: Duration = Duration::from_secs(300);

impl Bench {
    /// The desk fetches what the gateway offers, the machine writes it while nobody is there,
    /// starts it, keeps it, and the gateway is told.
    ///
    /// # Errors
    /// The step that did not go as it must.
    pub fn offered(&self) -> io::Result<()> {
        let mut desk = self.desk("offered")?;
        self.settings(desk.card(), &format!("{TALKATIVE} mdg.idle={IDLE_SECONDS}"))?;
        desk.switch_on(Rig::default())?;
        desk.come_up(START_LIMIT)?;
        first_day::to_token(&mut desk)?;
        first_day::set_up(&mut desk)?;

        let bundle = self.bundle(VERSION).display().to_string();
        let unit = format!("serial:{SERIAL}");
        let world = desk.world();
        world.operate(&["releases", "add", &bundle, "--version", VERSION])?;
        world.operate(&["releases", "offer", VERSION, "--to", &unit])?;
        let started = desk
            .terminal()?
            .wait_for_text("Madoguchi: slot B", INSTALL_LIMIT)?;
        println!(
            "offered: fetched, written and started by itself {:.1} s after the first start",
            started.as_secs_f64()
        );
        desk.kept(Slot::B)?;
        let world = desk.world();
        wait_until("the gateway to be told", REPORT_LIMIT, || {
            world
                .ask(&["releases", "list"])
                .is_ok_and(|list| list[0]["terminals"][0]["report"]["state"] == "installed")
        })?;
        println!("offered: kept, and the gateway knows that it is installed");
        desk.cut_power();
        Ok(())
    }
}
