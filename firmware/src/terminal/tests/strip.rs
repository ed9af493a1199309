//! What the strip says over every page: line, clock, maintenance, certificate.

use std::time::Duration;

use protocol::answer::{FeedItem, Notice};
use protocol::problem::ProblemCode;

use crate::error::Problem;
use crate::sync::{RoundReport, SyncReport};
use crate::terminal::effect::Input;
use crate::terminal::view::Network;
use crate::testing::desk::Day;

#[test]
fn the_strip_tells_when_the_line_is_gone_and_when_it_last_worked() {
    let mut day = Day::set_up();
    day.sync();
    assert_eq!(day.view().strip.network, Network::Online);
    let last = day.clock.now().wall;
    day.online = false;
    day.wait(30);
    day.sync();
    assert_eq!(
        day.view().strip.network,
        Network::Offline { last: Some(last) }
    );
    // Also after the power was cut.
    let day = Day::with(day.vault, day.time);
    assert_eq!(
        day.view().strip.network,
        Network::Offline { last: Some(last) }
    );
}

#[test]
fn announced_maintenance_is_no_alarm_and_ends_by_the_clock() {
    let hour = Duration::from_secs(3600);
    let mut day = Day::set_up();
    let wall = day.clock.now().wall;
    let FeedItem::Notice(notice) = crate::testing::gateway::notice(1) else {
        unreachable!()
    };
    day.gateway.tell(FeedItem::Notice(Notice {
        maintenance: Some((wall + hour, wall + hour * 3)),
        ..notice
    }));
    day.sync();
    assert_eq!(day.view().strip.maintenance, None, "not yet");
    day.online = false;
    // Nobody touches anything; the window opens by itself.
    day.time.advance(hour);
    day.input(Input::Synced(SyncReport::Line { up: false }));
    assert_eq!(day.view().strip.maintenance, Some(wall + hour * 3));
    let paused = |code| {
        Input::Synced(SyncReport::Round(RoundReport {
            at: wall,
            result: Err(Problem::VaultBusy),
            paused: Some(code),
        }))
    };
    day.input(paused(ProblemCode::NetPortal));
    assert!(day.view().strip.maintenance.is_some());
    // A terminal that is shut out needs a person, maintenance or not.
    day.input(paused(ProblemCode::NetTls));
    assert_eq!(day.view().strip.maintenance, None);
    day.input(paused(ProblemCode::NetPortal));
    day.time.advance(hour * 2);
    assert_eq!(day.view().strip.maintenance, Some(wall + hour * 3));
    day.input(Input::Tick);
    assert_eq!(day.view().strip.maintenance, None, "it is over");
}

#[test]
fn an_untrusted_clock_shows_no_time() {
    // No gateway has told its time since power-on.
    let mut day = Day::new();
    assert!(day.view().strip.clock.is_some());
    day.time.shift_system(-10 * 365 * 24 * 3600 * 1000);
    day.input(Input::Tick);
    assert_eq!(day.view().strip.clock, None);
}

#[test]
fn a_pause_that_needs_a_person_shows_its_code_until_the_line_works_again() {
    use crate::sync::{RoundReport, SyncReport};
    let mut day = Day::set_up();
    let report = RoundReport {
        at: day.clock.now().wall,
        result: Err(Problem::Refused(ProblemCode::NetPortal)),
        paused: Some(ProblemCode::NetPortal),
    };
    day.input(Input::Synced(SyncReport::Round(report)));
    let code = ProblemCode::NetPortal;
    assert_eq!(day.view().strip.network, Network::Paused { code });
    day.sync();
    assert_eq!(day.view().strip.network, Network::Online);
}

#[test]
fn a_certificate_that_was_not_renewed_is_said_on_every_page_from_fifteen_days_on() {
    let mut day = Day::set_up();
    assert_eq!(day.view().strip.certificate, None);
    for (left, said) in [(16, false), (15, true), (7, true), (30, false)] {
        let to = day.clock.now().wall.unix_ms() + left * crate::testing::DAY;
        let life = [to - 60 * crate::testing::DAY, to];
        day.vault
            .write(|tx| {
                let sql = "UPDATE sync_identity SET not_before_ms = ?1, not_after_ms = ?2";
                Ok(tx.execute(sql, life).map(drop)?)
            })
            .unwrap();
        // Whatever the line brings makes the desk look again.
        day.input(Input::Synced(crate::sync::SyncReport::Renewed(Ok(()))));
        assert_eq!(day.view().strip.certificate.is_some(), said, "{left}");
    }
}
