//! J-1: a verdict for each part.

use crate::terminal::effect::Input;
use crate::terminal::touch::Touch;
use crate::terminal::view::Page;
use crate::testing::desk::Day;

#[test]
fn diagnostics_give_each_part_a_verdict() {
    let mut day = Day::set_up();
    day.unlock("satomisaki", [4, 0, 7, 1]);
    day.press(&[Touch::Second, Touch::Row(4)]);
    let Page::Diagnostics(page) = day.view().page else {
        panic!("{:?}", day.screen())
    };
    use crate::terminal::view::{DiagnosticPart as P, Verdict as V};
    let verdict = |part| {
        page.lines
            .iter()
            .find(|line| line.part == part)
            .unwrap()
            .verdict
    };
    assert_eq!(verdict(P::Vault), V::Good);
    assert_eq!(verdict(P::Certificate), V::Good);
    assert_eq!(verdict(P::Clock), V::Good);
    assert_eq!(verdict(P::Reader), V::Unknown);
    assert_eq!(verdict(P::Queue), V::Good);
}

#[test]
fn a_board_that_is_simulated_is_never_called_good() {
    use crate::terminal::view::{DiagnosticPart, Verdict};
    use hal::board::{BoardConfig, BoardEvent, BoardKind, Part, PartState};
    for (simulated, verdict) in [(false, Verdict::Good), (true, Verdict::Watch)] {
        let mut day = Day::set_up_as(crate::terminal::effect::TerminalConfig {
            simulated_board: simulated,
            ..crate::testing::desk::config()
        });
        let works = BoardEvent::Part(Part::Lamp, PartState::Works);
        day.input(Input::Board(works));
        day.unlock("satomisaki", [4, 0, 7, 1]);
        day.press(&[Touch::Second, Touch::Row(4)]);
        let Page::Diagnostics(page) = day.view().page else {
            panic!("{:?}", day.screen())
        };
        let parts = page
            .lines
            .iter()
            .find(|line| line.part == DiagnosticPart::Parts);
        assert_eq!(parts.unwrap().verdict, verdict);
    }
    // A configuration that names no board, and one that does.
    let none = crate::setup::simulated_board(&BoardConfig::default()).unwrap();
    assert_eq!(none.verdict, Verdict::Watch);
    let named = BoardConfig {
        kind: BoardKind::Pi4,
        ..BoardConfig::default()
    };
    assert_eq!(crate::setup::simulated_board(&named), None);
}

#[test]
fn the_whole_vault_is_checked_beside_the_desk_and_not_at_every_look() {
    use crate::terminal::check::CHECK_EVERY;
    use crate::terminal::view::{DiagnosticPart, Verdict};
    let vault = |day: &Day| match day.view().page {
        Page::Diagnostics(page) => page
            .lines
            .iter()
            .find(|line| line.part == DiagnosticPart::Vault)
            .map(|line| line.verdict),
        _ => None,
    };
    let mut day = Day::set_up();
    day.checks_end = false;
    day.unlock("satomisaki", [4, 0, 7, 1]);
    let open = [Touch::Second, Touch::Row(4)];
    day.press(&open);
    assert_eq!(vault(&day), Some(Verdict::Unknown), "not known yet");
    // While it runs everything answers, and it is not asked for twice.
    day.press(&[Touch::Help, Touch::Back]);
    assert_eq!(vault(&day), Some(Verdict::Unknown));
    assert_eq!(day.vault_checks, 1);
    day.press(&[Touch::Home]);
    // It ends while J-1 is not on the screen, and is shown by the next look.
    let ended = crate::setup::whole_vault(&day.vault);
    day.input(Input::VaultChecked(day.unanswered[0], Box::new(ended)));
    day.press(&open);
    assert_eq!(vault(&day), Some(Verdict::Good));
    assert_eq!(day.vault_checks, 1);
    day.press(&[Touch::Home]);
    day.time.advance(CHECK_EVERY);
    day.input(Input::Tick);
    day.unlock("satomisaki", [4, 0, 7, 1]);
    day.press(&open);
    assert_eq!(
        vault(&day),
        Some(Verdict::Good),
        "until the next one has ended"
    );
    assert_eq!(day.vault_checks, 2);
}
