//! Cards with every fault there is: each is noticed, and none leaves half a card that starts.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use provisioning::error::Problem;
use provisioning::flash::{self, Around, Job, SPARE_BYTES, is_marked};
use provisioning::image::SignedImage;
use provisioning::progress::{Never, Silent, SystemTicks};
use provisioning::target::{Fault, SimCard, SimSpec};
use provisioning::testing::{Fixture, IMAGE_BYTES, unit};

use crate::dice::Dice;

const FAULTS: u64 = 500;
const MIB: u64 = 1024 * 1024;
const IMAGE: u64 = IMAGE_BYTES as u64;

/// Whether a board would start from it.
pub fn starts(card: &[u8]) -> bool {
    card[510..512] == [0x55, 0xaa]
}

/// A card of an earlier unit: it starts, and every byte of it is another one.
pub fn old_card(bytes: u64) -> Vec<u8> {
    let mut old = vec![0xa7; bytes as usize];
    old[510..512].copy_from_slice(&[0x55, 0xaa]);
    old
}

fn fault(dice: &mut Dice, bytes: u64) -> Fault {
    // Not into the empty stretch, which is cleared once and never written again.
    let place = |dice: &mut Dice| match dice.below(2) {
        0 => dice.below(6 * MIB),
        _ => 8 * MIB + dice.below(MIB),
    };
    match dice.below(12) {
        0 => Fault::Flip(place(dice)),
        1 => Fault::Noise(place(dice)),
        2 => Fault::Garble(place(dice)),
        3 => Fault::Torn(1 + dice.below(40)),
        4 => Fault::Lost(1 + dice.below(40)),
        5 => Fault::BadRead(MIB + dice.below(IMAGE - MIB)),
        6 => Fault::BadWrite(place(dice)),
        7 | 8 => Fault::Unplug(dice.below(IMAGE)),
        9 => Fault::Slow,
        10 => Fault::Wraps(MIB * (1 + dice.below(IMAGE / MIB))),
        _ => Fault::Hollow(dice.below(bytes - 512)),
    }
}

fn write(
    image: &SignedImage,
    config: &[u8],
    file: &Path,
    bytes: u64,
    faults: &[Fault],
) -> Result<flash::Outcome, Problem> {
    let mut spec = SimSpec::new(file.to_owned(), bytes);
    spec.faults = faults.to_vec();
    let mut card = SimCard::open(&spec).unwrap();
    let job = Job {
        image,
        config,
        journal: None,
        nonce: 1,
    };
    let ticks = SystemTicks::default();
    let around = Around {
        progress: &Silent,
        stop: &Never,
        ticks: &ticks,
    };
    flash::run(job, &mut card, around)
}

#[test]
fn five_hundred_faults_are_all_noticed_and_no_card_starts_half_written() {
    let folder = crate::folder();
    let fixture = Fixture::make(folder.path(), false);
    let (image, unit) = (fixture.image(), unit("UNIT-0001"));
    let expected = fixture.expected(&unit);
    let mut config = image.config_partition().unwrap();
    provisioning::unit::write(&mut config, &unit).unwrap();
    let file = folder.path().join("card.img");
    let mut noticed: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut harmless = 0;
    for seed in 0.. {
        if noticed.values().sum::<u64>() == FAULTS {
            break;
        }
        let mut dice = Dice::new(seed);
        let bytes = IMAGE + SPARE_BYTES + dice.below(8) * MIB;
        let old = old_card(bytes);
        fs::write(&file, &old).unwrap();
        let fault = fault(&mut dice, bytes);
        let ended = write(&image, &config, &file, bytes, &[fault]);
        let held = fs::read(&file).unwrap();
        let whole = held[..IMAGE_BYTES] == expected;
        match ended {
            // One lost write of a stretch that is written again later does no harm.
            Ok(_) => {
                assert!(whole, "seed {seed}: {fault:?} went unnoticed");
                assert!(
                    matches!(fault, Fault::Torn(_) | Fault::Lost(_) | Fault::Unplug(_)),
                    "seed {seed}: {fault:?} went unnoticed"
                );
                harmless += 1;
            }
            Err(problem) => {
                let untouched = held == old;
                assert!(
                    !starts(&held) || whole || untouched,
                    "seed {seed}: {fault:?} left half a card that starts: {problem}"
                );
                *noticed.entry(problem.code()).or_default() += 1;
            }
        }
    }
    println!("{FAULTS} faults noticed, {harmless} without effect: {noticed:?}");
    assert!(noticed.len() >= 6, "the faults are all alike: {noticed:?}");
    assert!(harmless < FAULTS / 5);
}

#[test]
fn the_likely_cause_is_named() {
    let folder = crate::folder();
    let fixture = Fixture::make(folder.path(), false);
    let image = fixture.image();
    let config = image.config_partition().unwrap();
    let file = folder.path().join("card.img");
    let bytes = IMAGE + 8 * MIB;
    let at = 3 * MIB + 77;
    for (fault, code, cause) in [
        (
            Fault::Flip(at),
            "MDG-PROVISION-CARD-DIFFERS",
            "the card is worn out",
        ),
        (
            Fault::Noise(at),
            "MDG-PROVISION-CARD-DIFFERS",
            "the reader's contacts",
        ),
        (
            Fault::Garble(at),
            "MDG-PROVISION-CARD-DIFFERS",
            "the cable or the hub",
        ),
        (
            Fault::BadRead(at),
            "MDG-PROVISION-CARD-READ",
            "the card is worn out",
        ),
        (
            Fault::Wraps(8 * MIB),
            "MDG-PROVISION-CARD-CAPACITY",
            "fewer bytes",
        ),
        (
            Fault::Hollow(16 * MIB),
            "MDG-PROVISION-CARD-CAPACITY",
            "fewer bytes",
        ),
        (Fault::Slow, "MDG-PROVISION-CARD-SLOW", "KiB a second"),
        (Fault::Unplug(4 * MIB), "MDG-PROVISION-CARD-GONE", "gone"),
        (
            Fault::BadWrite(at),
            "MDG-PROVISION-CARD-WRITE",
            "does not take",
        ),
    ] {
        fs::write(&file, old_card(bytes)).unwrap();
        let problem = write(&image, &config, &file, bytes, &[fault]).unwrap_err();
        assert_eq!(problem.code(), code, "{fault:?}: {problem}");
        assert!(problem.to_string().contains(cause), "{fault:?}: {problem}");
        assert!(is_marked(&fs::read(&file).unwrap()), "{fault:?}");
    }
}

#[test]
fn a_card_that_takes_little_at_a_time_is_written_all_the_same() {
    let folder = crate::folder();
    let fixture = Fixture::make(folder.path(), true);
    let image = fixture.image();
    let unit = unit("UNIT-0001");
    let mut config = image.config_partition().unwrap();
    provisioning::unit::write(&mut config, &unit).unwrap();
    let file = folder.path().join("card.img");
    let bytes = IMAGE + 8 * MIB;
    fs::write(&file, old_card(bytes)).unwrap();
    let short: Vec<_> = (1..200).step_by(3).map(Fault::Short).collect();
    write(&image, &config, &file, bytes, &short).unwrap();
    let held = fs::read(&file).unwrap();
    assert!(held[..IMAGE_BYTES] == fixture.expected(&unit));
    let behind = &held[IMAGE_BYTES..IMAGE_BYTES + 4 * MIB as usize];
    assert!(
        behind.iter().all(|byte| *byte == 0),
        "an earlier unit's data is still there"
    );
}

#[test]
fn a_card_that_is_too_small_is_not_touched() {
    let folder = crate::folder();
    let fixture = Fixture::make(folder.path(), false);
    let image = fixture.image();
    let config = image.config_partition().unwrap();
    let file = folder.path().join("card.img");
    let bytes = IMAGE + SPARE_BYTES - 512;
    let old = old_card(bytes);
    fs::write(&file, &old).unwrap();
    let problem = write(&image, &config, &file, bytes, &[]).unwrap_err();
    assert_eq!(problem.code(), "MDG-PROVISION-CARD-SMALL");
    assert!(fs::read(&file).unwrap() == old);
}
