//! Every command that must not reach a card is refused, whatever the card has selected, and the
//! individual number is read in no mode.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::collections::BTreeSet;

use common::*;
use hal::card::allow_list::{AllowList, Application, Passed};
use hal::card::{CardDesk, CardJob, Mode};
use hal::sim::{Answer, Faults, Make};
use proptest::prelude::*;

const MODES: [Mode; 3] = [Mode::Peek, Mode::Face, Mode::Pin];
const APPLICATIONS: [Application; 2] = [Application::Surface, Application::Text];

/// Names of applications on the card that are never selected, and one of another card.
const OTHER_NAMES: [&[u8]; 5] = [
    &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01], // 公的個人認証AP
    &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01], // 住基AP
    &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00], // 共通カードAP
    &[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00],
    &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04], // a beginning of the right ones
];

fn select_name(name: &[u8]) -> Vec<u8> {
    let mut command = vec![0x00, 0xA4, 0x04, 0x0C, u8::try_from(name.len()).unwrap()];
    command.extend_from_slice(name);
    command
}

fn select_file(file: u16) -> Vec<u8> {
    let [high, low] = file.to_be_bytes();
    vec![0x00, 0xA4, 0x02, 0x0C, 2, high, low]
}

fn verify(digits: usize) -> Vec<u8> {
    let mut command = vec![0x00, 0x20, 0x00, 0x80];
    if digits > 0 {
        command.push(u8::try_from(digits).unwrap());
        command.extend(std::iter::repeat_n(b'0', digits));
    }
    command
}

fn inside(mode: Mode, application: Application) -> AllowList {
    let mut list = AllowList::new(mode);
    let passed = list.check(&select_name(application.aid())).unwrap();
    list.follow(passed, true);
    list
}

/// Which of all files may be selected.
fn selectable(mode: Mode, application: Application) -> BTreeSet<u16> {
    let list = inside(mode, application);
    (0..=u16::MAX)
        .filter(|file| list.check(&select_file(*file)).is_ok())
        .collect()
}

#[test]
fn only_the_two_applications_are_selected_and_only_by_their_full_names() {
    for mode in MODES {
        let list = AllowList::new(mode);
        for application in APPLICATIONS {
            assert!(list.check(&select_name(application.aid())).is_ok());
        }
        for name in OTHER_NAMES {
            assert!(list.check(&select_name(name)).is_err(), "{name:02X?}");
        }
        for command in [
            vec![0x00, 0xA4, 0x00, 0x00],
            vec![0x00, 0xA4, 0x00, 0x0C, 2, 0x3F, 0x00],
            vec![0x00, 0xA4, 0x04, 0x00, 0],
        ] {
            assert!(list.check(&command).is_err(), "{command:02X?}");
        }
    }
}

#[test]
fn of_all_65536_files_each_mode_selects_only_what_it_uses() {
    use Application::{Surface, Text};
    let expected = [
        (Mode::Peek, Surface, vec![0x0012]),
        (Mode::Peek, Text, vec![0x0011, 0x0015]),
        (Mode::Face, Surface, vec![0x0002, 0x0004, 0x0012]),
        (Mode::Face, Text, vec![0x0002, 0x0004, 0x0007, 0x0015]),
        (Mode::Pin, Surface, vec![]),
        (Mode::Pin, Text, vec![0x0002, 0x0004, 0x0007, 0x0011]),
    ];
    for (mode, application, files) in expected {
        let files: BTreeSet<u16> = files.into_iter().collect();
        assert_eq!(selectable(mode, application), files, "{mode:?}");
    }
}

#[test]
fn the_individual_number_and_number_a_are_out_of_reach_in_every_mode() {
    use Application::{Surface, Text};
    // Rendered number, the number, the record with its hash, 照合番号A of both.
    let never = [
        (Surface, 0x0005u16),
        (Surface, 0x0013),
        (Text, 0x0001),
        (Text, 0x0003),
        (Text, 0x0014),
    ];
    for mode in MODES {
        for (application, file) in never {
            let list = inside(mode, application);
            assert!(list.check(&select_file(file)).is_err());
            let short = 0x80 | u8::try_from(file).unwrap();
            assert!(list.check(&[0x00, 0xB0, short, 0x00, 0x00]).is_err());
            assert!(
                list.check(&[0x00, 0xB0, short, 0x00, 0x00, 0x00, 0x00])
                    .is_err()
            );
            let mut digits = vec![0x00, 0x20, 0x00, short, 12];
            digits.extend_from_slice(b"000000000000");
            assert!(list.check(&digits).is_err());
            assert!(list.check(&[0x00, 0x20, 0x00, short]).is_err());
        }
    }
}

#[test]
fn reading_needs_a_file_that_the_card_has_surely_selected() {
    let read = [0x00, 0xB0, 0x00, 0x00, 0x00];
    let mut list = inside(Mode::Face, Application::Text);
    assert!(list.check(&read).is_err(), "nothing selected yet");
    let passed = list.check(&select_file(0x0002)).unwrap();
    assert_eq!(passed, Passed::File(0x0002));
    list.follow(passed, true);
    assert!(list.check(&read).is_ok());
    // The key is selected, so reading would be at the wrong place.
    let passed = list.check(&select_file(0x0015)).unwrap();
    list.follow(passed, true);
    assert!(list.check(&read).is_err());
    // A refused SELECT leaves open what is selected now.
    let passed = list.check(&select_file(0x0002)).unwrap();
    list.follow(passed, false);
    assert!(list.check(&read).is_err());
    list.lose();
    assert!(list.check(&select_file(0x0002)).is_err());
    assert_eq!(list.application(), None);
}

#[test]
fn digits_go_only_to_the_key_of_the_mode_and_only_in_its_length() {
    let keys = [
        (Mode::Face, Application::Surface, 0x0012, 14),
        (Mode::Face, Application::Text, 0x0015, 14),
        (Mode::Pin, Application::Text, 0x0011, 4),
    ];
    for (mode, application, key, digits) in keys {
        let mut list = inside(mode, application);
        assert!(list.check(&verify(0)).is_err(), "no key selected");
        let passed = list.check(&select_file(key)).unwrap();
        list.follow(passed, true);
        assert!(list.check(&verify(0)).is_ok(), "the counter");
        for length in 1..=16 {
            let allowed = list.check(&verify(length)).is_ok();
            assert_eq!(allowed, length == digits, "{mode:?} {length}");
        }
    }
    for (application, key) in [
        (Application::Surface, 0x0012),
        (Application::Text, 0x0015),
        (Application::Text, 0x0011),
    ] {
        let mut list = inside(Mode::Peek, application);
        let passed = list.check(&select_file(key)).unwrap();
        list.follow(passed, true);
        assert!(list.check(&verify(0)).is_ok());
        for length in 1..=16 {
            assert!(list.check(&verify(length)).is_err());
        }
    }
}

#[test]
fn only_the_hash_of_a_challenge_is_signed() {
    let prefix = [
        0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ];
    let mut good = vec![0x80, 0x2A, 0x00, 0x00, 51];
    good.extend_from_slice(&prefix);
    good.extend_from_slice(&[7; 32]);
    good.push(0x00);
    for mode in [Mode::Face, Mode::Pin] {
        let list = inside(mode, Application::Text);
        assert!(list.check(&good).is_ok());
        for p2 in 1..=0xFF {
            let mut other_key = good.clone();
            other_key[3] = p2;
            assert!(list.check(&other_key).is_err());
        }
        let mut other_hash = good.clone();
        other_hash[10] ^= 1;
        assert!(list.check(&other_hash).is_err());
        assert!(list.check(&[0x80, 0x2A, 0x00, 0x00, 1, 7, 0]).is_err());
    }
    assert!(inside(Mode::Peek, Application::Text).check(&good).is_err());
    assert!(AllowList::new(Mode::Face).check(&good).is_err());
}

#[test]
fn of_all_classes_and_instructions_only_five_are_known() {
    for mode in MODES {
        for application in APPLICATIONS {
            let list = inside(mode, application);
            for class in 0..=0xFF {
                for instruction in 0..=0xFF {
                    let known = matches!(
                        (class, instruction),
                        (0x00, 0xA4 | 0xB0 | 0x20 | 0x84) | (0x80, 0x2A)
                    );
                    if known {
                        continue;
                    }
                    for body in [&[][..], &[0], &[1, 0], &[2, 0, 1], &[0, 0, 0]] {
                        let mut command = vec![class, instruction, 0, 0];
                        command.extend_from_slice(body);
                        assert!(list.check(&command).is_err(), "{command:02X?}");
                    }
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_panic_and_none_that_pass_touch_anything_forbidden(
        commands in proptest::collection::vec(
            prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..24),
                (0u16..0x20).prop_map(select_file),
                (0x80u8..0xA0, any::<u8>()).prop_map(|(p1, p2)| vec![0x00, 0xB0, p1, p2, 0x00]),
                (0usize..16).prop_map(verify),
                (0usize..7).prop_map(|n| match n {
                    0 => select_name(Application::Surface.aid()),
                    1 => select_name(Application::Text.aid()),
                    n => select_name(OTHER_NAMES[n - 2]),
                }),
            ],
            0..40,
        ),
        mode in 0usize..3,
    ) {
        let mut list = AllowList::new(MODES[mode]);
        let mut card = card(&hanako());
        card.power_on();
        for command in commands {
            let Ok(passed) = list.check(&command) else { continue };
            let Answer::Bytes { data, .. } = card.transmit(&command) else { continue };
            list.follow(passed, data.ends_with(&[0x90, 0x00]));
        }
        prop_assert!(card.touched_forbidden().is_empty());
    }
}

#[test]
fn no_job_reads_the_individual_number_whatever_the_card_does() {
    let makes = [
        Make::Genuine,
        Make::Clone,
        Make::Tampered,
        Make::ForgedExpiry,
        Make::RogueIssuer,
        Make::ApplicationsDisagree,
        Make::BadPhoto,
        Make::Garbage,
    ];
    for make in makes {
        let person = with(make, Faults::torn(0.03, 9));
        let (mut desk, reader) = desk(&person);
        for job in [CardJob::Peek, face_job(&person), pin_job(&person)] {
            let outcome = run(&mut desk, job);
            let shown = format!("{outcome:?}");
            assert!(!shown.contains(&person.individual_number()));
        }
        assert!(desk.take_refusals().is_empty(), "{make:?}");
        let touched = reader.with_card(|card| card.touched_forbidden().to_vec());
        assert_eq!(touched, Some(Vec::new()), "{make:?}");
    }
}

#[test]
fn the_simulated_card_says_when_the_number_is_reached_for() {
    // The witness itself must be able to see: without the list, the PIN opens the number.
    let person = hanako();
    let mut card = card(&person);
    card.power_on();
    let mut send = |command: &[u8]| match card.transmit(command) {
        Answer::Bytes { data, .. } => data,
        Answer::Gone { .. } => unreachable!(),
    };
    send(&select_name(Application::Text.aid()));
    send(&select_file(0x0011));
    let mut pin = vec![0x00, 0x20, 0x00, 0x80, 4];
    pin.extend_from_slice(person.pin.as_bytes());
    assert_eq!(send(&pin), [0x90, 0x00]);
    let number = send(&[0x00, 0xB0, 0x81, 0x00, 0x00]);
    let digits = person.individual_number().into_bytes();
    assert!(number.windows(12).any(|window| window == digits));
    assert_eq!(card.touched_forbidden().len(), 1);
}
