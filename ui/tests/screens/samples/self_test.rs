use firmware::terminal::flows::selftest::rank;
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
        &[],
    )));
    samples.push(not_set_up(result(
        Screen::SelfTestResult,
        "selftest_faults",
        SelfTestStage::SetUp,
        &[
            (TestedPart::Screen, Some(Found::ColoursWrong)),
            (TestedPart::Reader, Some(Found::ReaderNotSupported)),
            (TestedPart::Case, Some(Found::CaseOpen)),
        ],
    )));
    samples.push(not_set_up(result(
        Screen::SelfTestResult,
        "selftest_stopped",
        SelfTestStage::Stopped,
        &[
            (TestedPart::Disk, Some(Found::DiskFailed)),
            (TestedPart::Network, Some(Found::NoLink)),
            (TestedPart::Clock, Some(Found::ClockLost)),
        ],
    )));
    let enrolled = (TestedPart::Enrolment, Some(Found::Works));
    samples.push(on_battery(result(
        Screen::Parts,
        "parts",
        SelfTestStage::Ready,
        &[
            enrolled,
            (TestedPart::Touch, None),
            (TestedPart::Screen, None),
            (TestedPart::Lamp, Some(Found::PartAbsent)),
            (TestedPart::Sound, None),
            (TestedPart::Reader, None),
            (TestedPart::Battery, Some(Found::BatteryLow)),
        ],
    )));
    samples.push(result(
        Screen::Parts,
        "parts_tested",
        SelfTestStage::Tested,
        &[
            enrolled,
            (TestedPart::Touch, Some(Found::CornersSilent)),
            (TestedPart::Reader, Some(Found::ReaderNotSupported)),
            (TestedPart::Case, Some(Found::NotFitted)),
        ],
    ));
    samples.extend(every_finding());
    samples
}

/// What a counter unit without a fault finds of itself before it is enrolled.
fn of_a_good_unit(part: TestedPart) -> Found {
    match part {
        TestedPart::Reader => Found::ReaderEmpty,
        TestedPart::Battery => Found::NotFitted,
        TestedPart::Enrolment => Found::Pending,
        _ => Found::Works,
    }
}

/// Rows of a page.
const ROWS: usize = 3;

/// The words of every finding, for the ruler and for eyes; no pictures of them are kept.
fn every_finding() -> Vec<Sample> {
    Found::ALL
        .chunks(ROWS)
        .enumerate()
        .map(|(place, found)| {
            let rows = found
                .iter()
                .map(|found| row(TestedPart::Network, Some(*found), true));
            let page = SelfTestResultPage {
                rows: Paged {
                    rows: rows.collect(),
                    page: 0,
                    pages: 4,
                    total: TestedPart::ALL.len(),
                },
                stage: SelfTestStage::Tested,
                faults: found.len(),
            };
            let name = format!("findings_{place}");
            sample(Screen::Parts, &name, Page::SelfTestResult(page))
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

/// The first page of a unit that is good but for `found`.
fn result(
    screen: Screen,
    name: &str,
    stage: SelfTestStage,
    found: &[(TestedPart, Option<Found>)],
) -> Sample {
    let mut rows: Vec<_> = TestedPart::ALL
        .into_iter()
        .map(|part| {
            let other = found.iter().find(|(other, _)| *other == part);
            let found = other.map_or(Some(of_a_good_unit(part)), |(_, found)| *found);
            let asked_or_probed = !matches!(
                part,
                TestedPart::Clock | TestedPart::Case | TestedPart::Battery | TestedPart::Enrolment
            );
            row(
                part,
                found,
                stage != SelfTestStage::Ready && asked_or_probed,
            )
        })
        .collect();
    rows.sort_by_key(|row| rank(row.found));
    let faults = rows.iter().filter(|row| rank(row.found) < rank(None));
    let page = SelfTestResultPage {
        faults: faults.count(),
        rows: Paged {
            rows: rows.into_iter().take(ROWS).collect(),
            page: 0,
            pages: TestedPart::ALL.len().div_ceil(ROWS),
            total: TestedPart::ALL.len(),
        },
        stage,
    };
    sample(screen, name, Page::SelfTestResult(page))
}

fn row(part: TestedPart, found: Option<Found>, again: bool) -> SelfTestRow {
    SelfTestRow {
        part,
        found,
        corners: match found {
            Some(Found::CornersSilent) => vec![Corner::TopRight, Corner::BottomRight],
            _ => Vec::new(),
        },
        again,
    }
}
