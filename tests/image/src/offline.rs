//! A terminal that finds no network at its first start says so, and set-up goes on from there.

use std::io;

use crate::desk::START_LIMIT;
use crate::emulator::Rig;
use crate::first_day;
use crate::proofs::Bench;

impl Bench {
    /// No network at the first start: enrolment says so in words, nothing is lost, and the same
    /// token serves when the cable is in.
    ///
    /// # Errors
    /// The step that did not go as it must.
    pub fn offline(&self) -> io::Result<()> {
        let mut desk = self.desk("offline")?;
        desk.twin().world().line().cut();
        desk.switch_on(Rig {
            unplugged: true,
            ..Rig::default()
        })?;
        desk.come_up(START_LIMIT)?;
        first_day::to_token(&mut desk)?;
        desk.press("つぎへ")?;
        desk.on("S-3", "no network: said in words, nothing is lost")?;
        desk.plug(true)?;
        first_day::network(&mut desk)?;
        desk.press("もう一度")?;
        desk.on("S-4", "the network is there: enrolled with the same token")?;
        desk.cut_power();
        println!("offline: no network at the first start is said, and set-up goes on from there");
        Ok(())
    }
}
