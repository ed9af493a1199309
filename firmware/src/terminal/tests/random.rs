//! Any touches in any order: no panic, rights hold, nothing personal on a locked screen.

use std::time::Duration;

use proptest::prelude::*;
use protocol::calendar::Era;
use protocol::help::HelpTopic;
use protocol::person::{Purpose, StaffRole};

use crate::access::rights;
use crate::terminal::effect::Input;
use crate::terminal::touch::{
    InboxFilter, KanaModifier, Language, OutboxFilter, TextSize, Touch, Zoom,
};
use crate::testing::desk::{Day, good, peek, user};

fn any_touch() -> impl Strategy<Value = Touch> {
    prop_oneof![
        4 => Just(Touch::Main),
        2 => Just(Touch::Second),
        1 => Just(Touch::Third),
        2 => Just(Touch::Back),
        1 => Just(Touch::Home),
        1 => Just(Touch::Help),
        1 => Just(Touch::ShowSlip),
        1 => Just(Touch::Print),
        4 => (0usize..8).prop_map(Touch::Row),
        3 => (0usize..9).prop_map(Touch::Field),
        6 => (0u8..=255).prop_map(Touch::Digit),
        1 => Just(Touch::Backspace),
        1 => Just(Touch::ClearAll),
        1 => Just(Touch::LetterH),
        2 => any::<char>().prop_map(Touch::Letter),
        2 => ".{0,20}".prop_map(Touch::Paste),
        1 => Just(Touch::Paste("123456789018".to_owned())),
        1 => Just(Touch::Paste("0000012345".to_owned())),
        1 => Just(Touch::NextPage),
        1 => Just(Touch::PrevPage),
        1 => Just(Touch::Today),
        1 => Just(Touch::Yesterday),
        1 => Just(Touch::Era(Era::Reiwa)),
        1 => Just(Touch::KanaModify(KanaModifier::Voiced)),
        2 => Just(Touch::Purpose(Purpose::CarePlan)),
        1 => Just(Touch::Staff(user("takahashi01"))),
        1 => Just(Touch::Role(StaffRole::Setup)),
        1 => Just(Touch::OutboxFilter(OutboxFilter::Held)),
        1 => Just(Touch::InboxFilter(InboxFilter::Notices)),
        1 => Just(Touch::Zoom(Zoom::Larger)),
        1 => Just(Touch::HelpTopic(HelpTopic::Card)),
        1 => Just(Touch::Language(Language::En)),
        1 => Just(Touch::TextSize(TextSize::Largest)),
        1 => Just(Touch::PinMode(true)),
    ]
}

/// Nothing personal shows while nobody has unlocked, and nobody sees what they may not.
fn check(day: &Day) -> Result<(), TestCaseError> {
    let view = day.view();
    match &day.terminal.desk.session {
        Some(session) => {
            prop_assert!(
                rights::may_see(session.role, view.screen),
                "{}",
                view.screen.number()
            );
        }
        None => {
            let shown = format!("{:?}", view.page);
            for personal in ["花子", "みなと町１丁目２番", "1938-08-28"] {
                prop_assert!(
                    !shown.contains(personal),
                    "{}: {shown}",
                    view.screen.number()
                );
            }
            prop_assert!(day.terminal.desk.in_hand.is_none());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_touches_at_the_desk_leave_it_standing(
        touches in prop::collection::vec(any_touch(), 1..120),
        administrator in any::<bool>(),
    ) {
        let mut day = Day::set_up();
        if administrator {
            day.unlock("satomisaki", [4, 0, 7, 1]);
        } else {
            day.unlock("takahashi01", [8, 2, 6, 3]);
        }
        for (index, touch) in touches.into_iter().enumerate() {
            if index % 10 == 3 {
                day.card([peek(10, 3), good(), peek(1, 1), good()]);
            }
            if index % 17 == 5 {
                day.online = !day.online;
                day.sync();
            }
            day.press(&[touch]);
            check(&day)?;
        }
        day.time.advance(Duration::from_secs(3600));
        day.input(Input::Tick);
        prop_assert!(day.terminal.desk.session.is_none());
        check(&day)?;
    }

    #[test]
    fn any_touches_before_set_up_leave_it_standing(
        touches in prop::collection::vec(any_touch(), 1..60),
    ) {
        let mut day = Day::new();
        for touch in touches {
            day.press(&[touch]);
            check(&day)?;
        }
    }
}
