//! A whole day, mostly without a line: no thread, no socket, no sleep, and it replays.

use protocol::answer::{
    Answer, FeedItem, ProgressAnswer, ProgressFinding, ProgressRecord, Provenance,
};
use protocol::exchange::CommandId;
use protocol::person::Purpose;

use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{Network, Page};
use crate::testing::desk::{Day, date, good, peek};

/// The steps of the day, each with the number of the screen it led to.
fn day_at_the_desk() -> (Day, Vec<&'static str>) {
    let mut screens = Vec::new();
    let mut day = Day::set_up();
    day.sync();
    let note = |day: &Day, screens: &mut Vec<&'static str>| screens.push(day.screen().number());

    // Morning, connected: a visitor's card.
    day.unlock("satomisaki", [4, 0, 7, 1]);
    note(&day, &mut screens);
    day.press(&[Touch::Main]);
    note(&day, &mut screens);
    day.card([peek(10, 3), good()]);
    note(&day, &mut screens);
    day.digits([1, 3, 0, 8, 2, 8, 2, 0, 3, 2, 2, 2, 8, 5]);
    day.press(&[Touch::Main]);
    note(&day, &mut screens);
    day.press(&[Touch::Main]);
    note(&day, &mut screens);

    // The line is cut; the question is saved all the same.
    day.online = false;
    day.sync();
    day.press(&[Touch::Main]);
    note(&day, &mut screens);
    if day.screen() == Screen::LookUpKind {
        day.press(&[Touch::Main]);
    }
    day.digits([0, 0, 0, 0, 8, 7, 0, 8, 4, 1]);
    day.press(&[Touch::Main]);
    // The birth date came from the card; if it is asked, it is there already.
    if day.screen() == Screen::BirthDate {
        day.press(&[Touch::Main]);
    }
    note(&day, &mut screens);
    day.press(&[Touch::Purpose(Purpose::CarePlan), Touch::Main]);
    note(&day, &mut screens);
    let Page::Saved(saved) = day.view().page else {
        panic!("{:?}", day.screen())
    };
    assert!(!saved.online);
    day.press(&[Touch::Main]);

    // Somebody else goes on; then the power is cut.
    day.press(&[Touch::LockNow]);
    note(&day, &mut screens);
    day.unlock("takahashi01", [8, 2, 6, 3]);
    note(&day, &mut screens);
    let waiting = day.view().strip.waiting;
    let (gateway, online) = (day.gateway, day.online);
    day.time.reboot();
    let mut day = Day::with(day.vault, day.time);
    (day.gateway, day.online) = (gateway, online);
    assert_eq!(day.view().strip.waiting, waiting, "nothing was lost");
    note(&day, &mut screens);

    // The line is back: everything goes once, and the answer comes.
    day.online = true;
    day.sync();
    assert_eq!(day.view().strip.waiting, 0);
    assert_eq!(day.view().strip.network, Network::Online);
    let asked = *day.gateway.kept.effects.last().unwrap();
    assert_eq!(day.gateway.effects_of(asked), 1);
    day.gateway.tell(answer(&day, asked));
    day.sync();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.press(&[Touch::Row(3)]);
    note(&day, &mut screens);
    (day, screens)
}

fn answer(day: &Day, command: CommandId) -> FeedItem {
    let now = day.clock.now().wall;
    let later = |days: u64| now + std::time::Duration::from_secs(days * 24 * 3600);
    FeedItem::Answer {
        command,
        answer: Answer::Progress(ProgressAnswer {
            provenance: Provenance {
                source: "汐見市 介護保険課".to_owned(),
                updated_at: Some(now),
                retrieved_at: now,
                valid_until: later(3),
                delete_after: later(90),
            },
            finding: ProgressFinding::Found(Box::new(ProgressRecord {
                applied_on: date(2026, 11, 2),
                application_kind: None,
                visit_on: None,
                survey_received_on: Some(date(2026, 11, 10)),
                opinion_requested_on: None,
                opinion_received_on: None,
                panel_on: None,
                certified_on: None,
                care_level: None,
                valid_months: None,
                valid_from: None,
                valid_to: None,
            })),
        }),
    }
}

#[test]
fn a_day_with_the_line_cut_in_the_middle_loses_nothing_and_doubles_nothing() {
    let (day, screens) = day_at_the_desk();
    assert_eq!(screens.first(), Some(&"B-1"));
    for screen in ["C-1", "C-2", "C-4", "C-6", "D-4", "D-7", "A-1", "F-1"] {
        assert!(screens.contains(&screen), "{screen} in {screens:?}");
    }
    let mut effects = day.gateway.kept.effects.clone();
    let all = effects.len();
    effects.sort();
    effects.dedup();
    assert_eq!(effects.len(), all, "no effect happened twice");
    assert_eq!(
        day.rows("SELECT count(*) FROM outbox"),
        i64::try_from(all).unwrap()
    );
    day.vault.read(crate::audit::verify).unwrap();
}

#[test]
fn the_same_day_from_the_same_seed_is_the_same_day() {
    let (first, screens) = day_at_the_desk();
    let (second, again) = day_at_the_desk();
    assert_eq!(screens, again);
    assert_eq!(first.gateway.kept.effects, second.gateway.kept.effects);
    assert_eq!(first.view(), second.view());
}
