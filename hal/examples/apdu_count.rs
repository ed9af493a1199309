//! Prints how many commands a verification takes and what our own code adds to the card's time.
//!
//! ```text
//! cargo run --release -p hal --example apdu_count
//! ```
#![allow(clippy::print_stdout, missing_docs)] // a measuring program

use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use hal::card::{CardDesk, CardJob, CardOutcome};
use hal::sim::{DirectDesk, Faults, People, Person, SimCa, SimCard, SimClock, padded_photo};

/// A large face; the built-in ones are smaller.
const FACE_BYTES: usize = 3_000;

/// Sessions per row; the shortest and the middle one are shown.
const ROUNDS: usize = 21;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args().nth(1).map_or_else(
        || std::env::temp_dir().join("madoguchi-sim-ca"),
        PathBuf::from,
    );
    let ca = SimCa::load_or_make(dir)?;
    let people = People::built_in();
    let hanako = people.get("hanako").ok_or("the built-in people")?;
    let rows = [
        ("目視, extended reads, short names", true, true, true),
        ("目視, extended reads, SELECT", true, false, true),
        ("目視, 256-byte reads, short names", false, true, true),
        ("目視, 256-byte reads, SELECT", false, false, true),
        ("PIN, extended reads, short names", true, true, false),
    ];
    let hanako = &Person {
        photo: padded_photo(&hanako.photo, FACE_BYTES),
        ..hanako.clone()
    };
    println!("photo {} bytes", hanako.photo.len());
    for (name, extended, short_names, by_face) in rows {
        let person = Person {
            faults: Faults {
                extended,
                short_names,
                ..Faults::default()
            },
            ..hanako.clone()
        };
        let (apdus, [best, middle]) = measure(&person, &ca, by_face)?;
        println!(
            "{name}: {apdus} APDUs; our own code {best:.1?} at best, {middle:.1?} in the middle"
        );
    }
    Ok(())
}

fn measure(
    person: &Person,
    ca: &SimCa,
    by_face: bool,
) -> Result<(u32, [Duration; 2]), Box<dyn Error>> {
    let mut own = Vec::with_capacity(ROUNDS);
    let mut apdus = 0;
    for round in 0..ROUNDS {
        let (mut desk, reader) = DirectDesk::new(ca.trust_store()?, SimClock::running());
        reader.insert(SimCard::new(person, ca)?);
        let job = if by_face {
            CardJob::CheckFace {
                code: person.number_b()?,
            }
        } else {
            CardJob::CheckPin {
                pin: person.card_pin()?,
                allow_last_try: false,
            }
        };
        let mut fill = |bytes: &mut [u8]| bytes.fill(u8::try_from(round).unwrap_or(0));
        let outcome = desk.run(job, &mut fill, &mut |_| {}, &AtomicBool::new(false));
        let (sent, took) = match outcome {
            CardOutcome::Face(report) => (report.apdus, report.time_in_code),
            CardOutcome::Pin(report) => (report.apdus, report.time_in_code),
            other => return Err(format!("{other:?}").into()),
        };
        apdus = sent;
        own.push(took);
    }
    own.sort();
    Ok((apdus, [own[0], own[ROUNDS / 2]]))
}
