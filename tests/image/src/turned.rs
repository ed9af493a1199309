//! The portable unit, whose panel lies on its side in the case.

use std::io;

use protocol::provisioning::device::Rotation;
use system_tests::world::Screen;

use crate::desk::{START_LIMIT, Shape};
use crate::emulator::Rig;
use crate::first_day;
use crate::proofs::Bench;

/// How a panel can be mounted, other than upright.
const TURNED: [Rotation; 3] = [Rotation::Right, Rotation::UpsideDown, Rotation::Left];

impl Bench {
    /// A portable unit with its panel turned in each way: pictures and touches are turned
    /// together. In the first of them a whole first day, with the help desks that the card names.
    ///
    /// # Errors
    /// The step that did not go as it must.
    pub fn turned(&self) -> io::Result<()> {
        for rotation in TURNED {
            let degrees = u16::from(rotation);
            let shape = Shape {
                screen: Screen::Portable,
                rotation,
            };
            let mut desk = self.desk_of(&format!("turned-{degrees}"), shape)?;
            desk.switch_on(Rig::default())?;
            desk.come_up(START_LIMIT)?;
            if rotation == TURNED[0] {
                first_day::whole(&mut desk)?;
                let person = desk.world().client()?;
                first_day::ask_by_dates(&mut desk, &person)?;
                desk.on("D-5", "the answer, on the portable unit")?;
            } else {
                first_day::to_token(&mut desk)?;
            }
            desk.cut_power();
            println!("turned: by {degrees} degrees, pictures and fingers agree");
        }
        Ok(())
    }
}
