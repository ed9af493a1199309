//! A terminal's first day, from the card to an answer, by nothing but fingers on its screen.

use std::io;

use crate::desk::START_LIMIT;
use crate::emulator::Rig;
use crate::first_day;
use crate::proofs::{Bench, expect};

impl Bench {
    /// Set-up with the token of the card, two members of staff, lock screen, unlock, one
    /// look-up and its answer; at the gateway it arrived once.
    ///
    /// # Errors
    /// The step that did not go as it must.
    pub fn day(&self) -> io::Result<()> {
        let mut desk = self.desk("day")?;
        desk.switch_on(Rig::default())?;
        let up = desk.come_up(START_LIMIT)?;
        println!("day: first screen after {:.1} s", up.as_secs_f64());
        first_day::whole(&mut desk)?;
        let person = desk.world().client()?;
        first_day::ask_by_dates(&mut desk, &person)?;
        desk.on("D-5", "the answer")?;
        desk.press("ホームへ")?;
        desk.on("B-1", "home again")?;

        let asked = desk
            .world()
            .actions()?
            .into_iter()
            .filter(|action| action["kind"] == "progress_query")
            .count();
        expect(asked == 1, &format!("one look-up arrived, not {asked}"))?;
        let devices = desk.world().ask(&["devices", "list"])?;
        let states: Vec<_> = devices
            .as_array()
            .into_iter()
            .flatten()
            .map(|device| (device["state"].clone(), device["serial"].clone()))
            .collect();
        expect(
            states.len() == 1 && states[0].0 == "active",
            "the gateway lists this terminal as active",
        )?;
        println!(
            "day: the look-up arrived once; the gateway lists {}",
            states[0].1
        );
        desk.cut_power();
        Ok(())
    }
}
