//! What the kernel shows of the board's pins: `pins` lists the chips; `pins pi4` (`pi3`, `pi5`,
//! `zero2w`) lights the lamp, sounds the buzzer and reads the case's switch through them, whatever
//! board this is. For a technician's bench; the desk must not run beside it.
//!
//! `cargo run -p hal --features pi --example pins`

#![allow(clippy::print_stdout, reason = "a program for a person")]

use std::error::Error;
use std::thread::sleep;
use std::time::Duration;

use hal::board::config::{BoardConfig, Layout};
use hal::board::lines::{Header, seen};
use hal::board::{Light, Profile, Tone};

/// How long each light and tone stays.
const STAY: Duration = Duration::from_secs(1);

/// Readings of the case's switch, one each [`STAY`].
const READINGS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    for chip in seen() {
        match chip {
            Ok(chip) => println!("{} {} {}", chip.path.display(), chip.label, chip.lines),
            Err(why) => println!("a chip that cannot be looked at: {why}"),
        }
    }
    let Some(board) = std::env::args().nth(1) else {
        return Ok(());
    };
    let kind = toml::from_str::<BoardConfig>(&format!("kind = {board:?}"))?.kind;
    let layout = Layout::built_in(kind, Profile::Counter);
    let header = Header::find(kind)?;
    let at = "this part in the table";
    let mut lamp = header.lamp(layout.lamp.ok_or(at)?)?;
    for percent in [100, 30, 0] {
        println!("red, {percent} %");
        lamp.show(Light {
            red: percent,
            green: 0,
            blue: 0,
        })?;
        sleep(STAY);
    }
    let mut buzzer = header.buzzer(layout.buzzer.ok_or(at)?.pin)?;
    for tone in [Tone(1_200), Tone(0)] {
        println!("{} Hz", tone.0);
        buzzer.sound(tone)?;
        sleep(STAY);
    }
    let place = layout.case.ok_or(at)?;
    let mut case = header.contact(place, place.active, "case switch")?;
    for _ in 0..READINGS {
        println!("case open: {}", case.is_active()?);
        sleep(STAY);
    }
    // A second one on the same pin is refused.
    match header.contact(place, place.active, "case switch") {
        Ok(_) => println!("the pin was given twice"),
        Err(fault) => println!("twice: {} {fault}", fault.code()),
    }
    Ok(())
}
