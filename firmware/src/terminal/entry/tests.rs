#![allow(clippy::unwrap_used)]
use proptest::prelude::*;
use protocol::calendar::{Date, Era};
use protocol::number::looks_like_individual_number;
use protocol::problem::ProblemCode;

use super::*;
use crate::terminal::touch::{KanaModifier, Touch};
use crate::terminal::view::{DateNote, TextField};

fn ymd(year: i32, month: u8, day: u8) -> Date {
    Date::from_ymd(year, month, day).unwrap()
}

fn type_date(entry: &mut DateEntry, digits: &str, today: Date) {
    for digit in digits.bytes() {
        assert!(entry.touch(&Touch::Digit(digit - b'0'), today));
    }
}

fn birth(era: Era, digits: &str) -> Result<Option<Date>, DateNote> {
    let today = ymd(2026, 6, 18);
    let mut entry = DateEntry::new(DateRule::Birth);
    entry.touch(&Touch::Era(era), today);
    type_date(&mut entry, digits, today);
    match entry.note(today) {
        Some(note) => Err(note),
        None => Ok(entry.date(today)),
    }
}

#[test]
fn a_birth_date_is_typed_as_it_is_printed() {
    assert_eq!(birth(Era::Showa, "080314"), Ok(Some(ymd(1933, 3, 14))));
    assert_eq!(birth(Era::Showa, "8314"), Ok(Some(ymd(1933, 3, 14))));
    assert_eq!(birth(Era::Taisho, "15101"), Ok(Some(ymd(1926, 10, 1))));
    assert_eq!(birth(Era::Taisho, "151224"), Ok(Some(ymd(1926, 12, 24))));
    assert_eq!(birth(Era::Showa, "0803"), Ok(None));
}

#[test]
fn an_era_date_that_does_not_exist_gives_the_reason() {
    assert_eq!(birth(Era::Showa, "640108"), Err(DateNote::OutsideEra));
    assert_eq!(birth(Era::Taisho, "151225"), Err(DateNote::OutsideEra));
    assert_eq!(birth(Era::Heisei, "310501"), Err(DateNote::OutsideEra));
    assert_eq!(birth(Era::Showa, "080230"), Err(DateNote::NoSuchDay));
    assert_eq!(birth(Era::Showa, "081314"), Err(DateNote::NoSuchDay));
    assert_eq!(birth(Era::Showa, "000314"), Err(DateNote::NoSuchDay));
}

#[test]
fn the_year_of_an_application_is_inferred_and_shown() {
    let today = ymd(2026, 1, 20);
    let rule = DateRule::Application {
        months: 3,
        clock_trusted: true,
    };
    let mut entry = DateEntry::new(rule);
    assert!(entry.page(today, None).infers_year);
    type_date(&mut entry, "1201", today);
    assert_eq!(entry.date(today), Some(ymd(2025, 12, 1)));
    assert_eq!(entry.page(today, None).fields, ["7", "12", "01"]);

    let mut old = DateEntry::new(rule);
    type_date(&mut old, "0930", today);
    assert_eq!(
        old.note(today),
        Some(DateNote::BeyondRetention { months: 3 })
    );

    let mut quick = DateEntry::new(rule);
    quick.touch(&Touch::Yesterday, today);
    assert_eq!(quick.date(today), Some(ymd(2026, 1, 19)));
}

#[test]
fn under_an_untrusted_clock_the_year_of_an_application_is_typed() {
    let wrong_today = ymd(2000, 1, 1);
    let mut entry = DateEntry::new(DateRule::Application {
        months: 3,
        clock_trusted: false,
    });
    assert!(!entry.touch(&Touch::Today, wrong_today));
    assert!(!entry.page(wrong_today, None).infers_year);
    type_date(&mut entry, "080601", wrong_today);
    assert_eq!(entry.date(wrong_today), Some(ymd(2026, 6, 1)));
}

#[test]
fn a_certification_lies_between_the_insurances_first_day_and_today() {
    let today = ymd(2026, 6, 18);
    let mut entry = DateEntry::with(DateRule::Certification, Some(ymd(2026, 7, 1)));
    assert_eq!(entry.note(today), Some(DateNote::Future));
    entry.set(ymd(1999, 12, 31));
    assert_eq!(entry.note(today), Some(DateNote::NoSuchDay));
}

#[test]
fn a_licence_that_has_run_out_is_not_taken() {
    let today = ymd(2026, 6, 18);
    let mut entry = DateEntry::new(DateRule::LicenceExpiry);
    type_date(&mut entry, "090331", today);
    assert_eq!(entry.date(today), Some(ymd(2027, 3, 31)));
    for wrong in [ymd(2026, 6, 17), ymd(2033, 1, 1)] {
        entry.set(wrong);
        assert_eq!(entry.note(today), Some(DateNote::NoSuchDay));
    }
}

#[test]
fn backspace_goes_back_over_the_fields() {
    let today = ymd(2026, 6, 18);
    let mut entry = DateEntry::new(DateRule::Birth);
    type_date(&mut entry, "080314", today);
    for _ in 0..6 {
        entry.touch(&Touch::Backspace, today);
    }
    assert_eq!(entry.page(today, None).fields, ["", "", ""]);
    assert_eq!(entry.page(today, None).field, 0);
    entry.touch(&Touch::Backspace, today);
}

#[test]
fn twelve_digits_of_an_individual_number_are_refused_wherever_text_goes_in() {
    let number = "123456789018";
    let mut text = TextEntry::new(TextField::StaffId);
    for digit in number.bytes() {
        text.touch(&Touch::Digit(digit - b'0'));
    }
    assert_eq!(
        text.page(None).note,
        Some(ProblemCode::InputIndividualNumber)
    );
    assert_eq!(text.text(), "12345678901");

    let mut pasted = TextEntry::new(TextField::PersonName);
    pasted.touch(&Touch::Paste("1234-5678-9018".into()));
    assert_eq!(
        pasted.page(None).note,
        Some(ProblemCode::InputIndividualNumber)
    );
    assert!(pasted.text().is_empty());

    let mut digits = DigitEntry::new(10);
    digits.touch(&Touch::Paste("１２３４ ５６７８ ９０１８".into()));
    assert_eq!(digits.note(), Some(ProblemCode::InputIndividualNumber));
    assert!(digits.typed().is_empty());
}

#[test]
fn the_h_stands_only_in_front_and_only_where_it_is_used() {
    let mut with = DigitEntry::new(10).with_letter_h(true);
    with.touch(&Touch::LetterH);
    with.touch(&Touch::LetterH);
    with.touch(&Touch::Digit(1));
    assert_eq!(with.typed(), "H1");
    let mut without = DigitEntry::new(10);
    without.touch(&Touch::LetterH);
    assert_eq!(without.typed(), "");
}

#[test]
fn a_number_pasted_too_long_is_not_cut_into_another() {
    let mut entry = DigitEntry::new(10);
    entry.touch(&Touch::Paste("00001234567".into()));
    assert_eq!(entry.typed(), "");
    assert_eq!(entry.note(), Some(ProblemCode::InputInsuredNumber));
    entry.touch(&Touch::Paste("0000-123456".into()));
    assert_eq!(entry.typed(), "0000123456");
    assert!(entry.is_complete());
}

#[test]
fn kana_take_their_marks_and_give_them_back() {
    for (kana, modifier, changed) in [
        ('ハ', KanaModifier::Voiced, 'バ'),
        ('バ', KanaModifier::Voiced, 'ハ'),
        ('バ', KanaModifier::SemiVoiced, 'パ'),
        ('つ', KanaModifier::Small, 'っ'),
        ('っ', KanaModifier::Voiced, 'づ'),
        ('ウ', KanaModifier::Voiced, 'ヴ'),
    ] {
        assert_eq!(modify(kana, modifier), Some(changed));
    }
    assert_eq!(modify('ん', KanaModifier::Voiced), None);
}

#[test]
fn a_longer_row_of_digits_is_not_shortened_to_an_individual_number() {
    let mut text = TextEntry::new(TextField::PersonName);
    text.touch(&Touch::Paste("6885991468240".into()));
    assert_eq!(text.text(), "6885991468240");
    text.touch(&Touch::Backspace);
    assert_eq!(text.text(), "68859914682");
    assert_eq!(
        text.page(None).note,
        Some(ProblemCode::InputIndividualNumber)
    );
}

fn any_touch() -> impl Strategy<Value = Touch> {
    prop_oneof![
        (0u8..=255).prop_map(Touch::Digit),
        any::<char>().prop_map(Touch::Letter),
        ".{0,40}".prop_map(Touch::Paste),
        "[0-9 -]{0,20}".prop_map(Touch::Paste),
        Just(Touch::Backspace),
        Just(Touch::ClearAll),
        Just(Touch::LetterH),
        (0usize..9).prop_map(Touch::Field),
        (0usize..Era::ALL.len()).prop_map(|n| Touch::Era(Era::ALL[n])),
        Just(Touch::Today),
        Just(Touch::KanaModify(KanaModifier::Voiced)),
        Just(Touch::KanaModify(KanaModifier::Small)),
    ]
}

proptest! {
    #[test]
    fn no_touches_ever_leave_an_individual_number_or_an_impossible_date(
        touches in prop::collection::vec(any_touch(), 0..60), days in 0i64..20_000, which in 0u8..4,
    ) {
        let today = ymd(2000, 4, 1).add_days(days);
        let rule = match which {
            0 => DateRule::Birth,
            1 => DateRule::Certification,
            n => DateRule::Application { months: 3, clock_trusted: n == 2 },
        };
        let mut date = DateEntry::new(rule);
        let mut text = TextEntry::new(TextField::PersonName);
        let mut digits = DigitEntry::new(10).with_letter_h(true);
        for touch in &touches {
            date.touch(touch, today);
            text.touch(touch);
            digits.touch(touch);
            prop_assert!(!looks_like_individual_number(text.text()));
            prop_assert!(digits.typed().len() <= 10);
            let page = date.page(today, None);
            prop_assert!(page.date.is_none() || page.note.is_none());
            if let (Some(date), DateRule::Application { clock_trusted: true, .. }) = (page.date, rule) {
                prop_assert!(date <= today && date >= today.add_months(-3));
            }
        }
    }
}
