#![allow(clippy::unwrap_used)]
use std::fs;

use super::*;

fn three(folder: &Path) -> (Log, Vec<String>) {
    let log = Log::at(&folder.join("log.jsonl"));
    for n in 1..=3 {
        let event = Event::Printed {
            serial: UnitSerial::parse(&format!("U-{n}")).unwrap(),
            kind: "label".to_owned(),
        };
        assert_eq!(
            log.append(Timestamp::from_unix_ms(n), event).unwrap(),
            n as u64
        );
    }
    let text = fs::read_to_string(folder.join("log.jsonl")).unwrap();
    (log, text.lines().map(str::to_owned).collect())
}

fn broken_at(folder: &Path, log: &Log, lines: &[&str]) -> usize {
    fs::write(folder.join("log.jsonl"), lines.join("\n") + "\n").unwrap();
    match log.verify().unwrap_err() {
        Problem::LogBroken { line, .. } => line,
        other => panic!("{other}"),
    }
}

#[test]
fn an_edit_a_gap_and_another_order_are_found_at_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let (log, lines) = three(folder.path());
    assert_eq!(log.verify().unwrap().entries, 3);
    let [a, b, c] = [&lines[0], &lines[1], &lines[2]].map(String::as_str);
    let edited = b.replace("U-2", "U-9");
    let at = folder.path();
    assert_eq!(broken_at(at, &log, &[a, &edited, c]), 2);
    assert_eq!(broken_at(at, &log, &[a, c]), 2);
    assert_eq!(broken_at(at, &log, &[b, c]), 1);
    assert_eq!(broken_at(at, &log, &[a, c, b]), 2);
}

#[test]
fn a_line_that_was_cut_by_a_power_cut_is_no_entry_and_does_not_stop_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let (log, lines) = three(folder.path());
    let cut = format!("{}\n{}\n{}", lines[0], lines[1], &lines[2][..20]);
    fs::write(folder.path().join("log.jsonl"), cut).unwrap();
    assert_eq!(log.verify().unwrap().entries, 2);
    let event = Event::Printed {
        serial: UnitSerial::parse("U-4").unwrap(),
        kind: "sheet".to_owned(),
    };
    assert_eq!(log.append(Timestamp::from_unix_ms(4), event).unwrap(), 3);
    assert_eq!(log.verify().unwrap().entries, 3);
}

#[test]
fn a_cut_in_the_middle_of_a_sign_or_a_tail_of_zeros_is_no_entry_either() {
    let folder = tempfile::tempdir().unwrap();
    let (log, lines) = three(folder.path());
    for tail in [&b"{\"entry\":{\"card\":\"\xe5"[..], &[0; 200]] {
        let mut bytes = format!("{}\n", lines[0]).into_bytes();
        bytes.extend(tail);
        fs::write(folder.path().join("log.jsonl"), bytes).unwrap();
        assert_eq!(log.verify().unwrap().entries, 1);
    }
}

#[test]
fn nothing_is_read_while_somebody_adds_an_entry_and_no_objection_is_too_late() {
    let folder = tempfile::tempdir().unwrap();
    let (log, _) = three(folder.path());
    let event = |serial: &str| Event::Printed {
        serial: UnitSerial::parse(serial).unwrap(),
        kind: "label".to_owned(),
    };
    let once = |entries: &[(Entry, Sha256Digest)]| {
        let there = entries.iter().any(|(entry, _)| entry.event == event("U-9"));
        if there {
            Err(Problem::TokenUsed)
        } else {
            Ok(())
        }
    };
    let added = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    log.verify().unwrap();
                    log.append_unless(Timestamp::from_unix_ms(5), event("U-9"), once)
                        .is_ok()
                })
            })
            .collect();
        tries
            .into_iter()
            .map(|t| t.join().unwrap())
            .filter(|ok| *ok)
            .count()
    });
    assert_eq!(added, 1);
    assert_eq!(log.verify().unwrap().entries, 4);
}
