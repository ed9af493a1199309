use firmware::terminal::screen::Screen;
use firmware::terminal::view::{
    Page, Paged, SelfTestKind, SelfTestPartPage, SelfTestResultPage, SelfTestRow, SelfTestStage,
    SelfTestTouchPage, TestColour,
};
use protocol::self_test::{Corner, Found, TestedPart};

use super::{Sample, not_set_up, on_battery, sample};

pub fn samples() -> Vec<Sample> {
    let mut samples = vec![
        touch("selftest_touch", Corner::TopLeft, false),
        touch("selftest_touch_silent", Corner::BottomRight, true),
        colour("selftest_green", TestColour::Green),
        colour("selftest_black", TestColour::Black),
        part("selftest_colours", SelfTestKind::Colours, None),
        part("selftest_lamp", SelfTestKind::Lamp, None),
        part("selftest_sound", SelfTestKind::Sound, None),
        part(
            "selftest_reader",
            SelfTestKind::Reader,
            Some(Found::ReaderEmpty),
        ),
        part(
            "selftest_reader_card",
            SelfTestKind::Reader,
            Some(Found::Works),
        ),
        part(
            "selftest_reader_missing",
            SelfTestKind::Reader,
            Some(Found::ReaderMissing),
        ),
        part(
            "selftest_reader_wrong",
            SelfTestKind::Reader,
            Some(Found::ReaderNotSupported),
        ),
        part("selftest_looking", SelfTestKind::Looking, None),
    ];
    samples.push(not_set_up(result(
        Screen::SelfTestResult,
        "selftest_result",
        SelfTestStage::SetUp,
        &GOOD,
        0,
    )));
    samples.push(not_set_up(result(
        Screen::SelfTestResult,
        "selftest_stopped",
        SelfTestStage::Stopped,
        &[
            (TestedPart::Disk, Some(Found::DiskFull)),
            (TestedPart::Network, Some(Found::NoLink)),
            (TestedPart::Clock, Some(Found::ClockLost)),
        ],
        4,
    )));
    samples.push(on_battery(result(
        Screen::Parts,
        "parts",
        SelfTestStage::Ready,
        &[
            (TestedPart::Lamp, Some(Found::PartAbsent)),
            (TestedPart::Battery, Some(Found::PartFailed)),
            (TestedPart::Touch, None),
        ],
        3,
    )));
    samples.push(result(
        Screen::Parts,
        "parts_tested",
        SelfTestStage::Tested,
        &[
            (TestedPart::Touch, Some(Found::CornersSilent)),
            (TestedPart::Reader, Some(Found::ReaderNotSupported)),
            (TestedPart::Case, Some(Found::NotFitted)),
        ],
        2,
    ));
    samples.extend(every_finding());
    samples
}

const GOOD: [(TestedPart, Option<Found>); 3] = [
    (TestedPart::Screen, Some(Found::Works)),
    (TestedPart::Reader, Some(Found::ReaderEmpty)),
    (TestedPart::Battery, Some(Found::NotFitted)),
];

/// The words of every finding, for the ruler and for eyes; no pictures of them are kept.
fn every_finding() -> Vec<Sample> {
    let rows: Vec<_> = Found::ALL
        .iter()
        .map(|found| (TestedPart::Enrolment, Some(*found)))
        .collect();
    rows.chunks(3)
        .enumerate()
        .map(|(place, rows)| {
            let name = format!("findings_{place}");
            result(
                Screen::Parts,
                &name,
                SelfTestStage::Tested,
                rows,
                rows.len(),
            )
        })
        .collect()
}

fn touch(name: &str, corner: Corner, may_fail: bool) -> Sample {
    let page = SelfTestTouchPage { corner, may_fail };
    not_set_up(sample(
        Screen::SelfTestTouch,
        name,
        Page::SelfTestTouch(page),
    ))
}

fn colour(name: &str, colour: TestColour) -> Sample {
    not_set_up(sample(
        Screen::SelfTestColours,
        name,
        Page::SelfTestColour(colour),
    ))
}

fn part(name: &str, kind: SelfTestKind, found: Option<Found>) -> Sample {
    let page = SelfTestPartPage { kind, found };
    not_set_up(sample(Screen::SelfTestPart, name, Page::SelfTestPart(page)))
}

fn result(
    screen: Screen,
    name: &str,
    stage: SelfTestStage,
    rows: &[(TestedPart, Option<Found>)],
    faults: usize,
) -> Sample {
    let rows = rows.iter().map(|(part, found)| SelfTestRow {
        part: *part,
        found: *found,
        corners: match found {
            Some(Found::CornersSilent) => vec![Corner::TopRight, Corner::BottomRight],
            _ => Vec::new(),
        },
        again: stage != SelfTestStage::Ready
            && !matches!(part, TestedPart::Clock | TestedPart::Case),
    });
    let page = SelfTestResultPage {
        rows: Paged {
            rows: rows.collect(),
            page: 0,
            pages: 4,
            total: TestedPart::ALL.len(),
        },
        stage,
        faults,
    };
    sample(screen, name, Page::SelfTestResult(page))
}
