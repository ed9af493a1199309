//! D-12, D-13, D-14: what the 被保険者証 and 負担割合証 say, and how far it may be relied on.

use firmware::lookup::Period;
use firmware::terminal::view::{self, Validity};
use protocol::answer::EligibilityRecord;
use slint::ComponentHandle;

use super::answer;
use crate::layout::Layout;
use crate::words::Words;
use crate::{AnswerFact, AnswerPage, Kiosk, rows, say};

/// Fills the page, which is that of an answer with facts in the place of the stages.
pub fn show(page: &view::EligibilityPage, layout: Layout, ui: &Kiosk, words: &Words) {
    let global = ui.global::<AnswerPage>();
    global.set_eligibility(true);
    let (who, small) = answer::heading(&page.who, "eligibility-title", layout, words);
    global.set_who(who.into());
    global.set_who_small(small);
    let as_of = page.updated_at.unwrap_or(page.retrieved_at);
    answer::reliance(page.validity, page.age, Some(as_of), ui, words);
    global.set_facts(rows::keep(global.get_facts(), facts(&page.record, words)));
    global.set_period(fact(
        "eligibility-period",
        period(&page.record, layout, words),
        words,
    ));

    let title = page.period.and_then(|period| match period {
        Period::Running => None,
        Period::NotYet => Some("eligibility-not-yet"),
        Period::RenewalOpen => Some("eligibility-renewal"),
        Period::Over => Some("eligibility-over"),
    });
    global.set_next_attention(page.period == Some(Period::Over));
    global.set_next_label(words.say("eligibility-period").into());
    global.set_next_title(title.map(|key| words.say(key)).unwrap_or_default().into());
    global.set_next_sub(
        title
            .map(|key| words.say(&format!("{key}.sub")))
            .unwrap_or_default()
            .into(),
    );

    let when = say::instant(as_of, None, words);
    answer::source(&page.source, Some(&when), ui);
    if layout == Layout::Portable {
        // Too long for one upright line: broken before the time, not inside it.
        global.set_source_line(format!("{}\n{when}", page.source).into());
    }
    let key = if page.updated_at.is_some() {
        "answer-updated"
    } else {
        "eligibility-read"
    };
    global.set_updated(words.say_with(key, &[("when", when.into())]).into());
    global.set_foot(match page.validity {
        Validity::Current => words.say("eligibility-foot").into(),
        _ => global.get_source_line(),
    });
    global.set_asked_again(page.asked_again);
}

fn fact(label: &str, value: Option<String>, words: &Words) -> AnswerFact {
    AnswerFact {
        label: words.say(label).into(),
        value: value
            .unwrap_or_else(|| words.say("eligibility-not-stated"))
            .into(),
    }
}

fn facts(record: &EligibilityRecord, words: &Words) -> Vec<AnswerFact> {
    let level = record
        .care_level
        .as_deref()
        .map(|code| answer::care_level(code, words));
    let share = record
        .copayment_tenths
        .map(|tenths| words.say_with("eligibility-share-value", &[("tenths", tenths.into())]));
    let limit = record.monthly_limit_units.map(|units| {
        words.say_with(
            "eligibility-limit-value",
            &[("units", grouped(units).into())],
        )
    });
    vec![
        fact("eligibility-level", level, words),
        fact("eligibility-share", share, words),
        fact("eligibility-limit", limit, words),
    ]
}

/// 認定有効期間: one line, or two on an upright screen.
fn period(record: &EligibilityRecord, layout: Layout, words: &Words) -> Option<String> {
    let from = record.valid_from.map(|day| {
        words.say_with(
            "eligibility-from",
            &[("date", say::date(day, words).into())],
        )
    });
    let to = record
        .valid_to
        .map(|day| words.say_with("eligibility-to", &[("date", say::date(day, words).into())]));
    let parts: Vec<String> = from.into_iter().chain(to).collect();
    let between = if layout == Layout::Portable {
        "\n"
    } else {
        " "
    };
    (!parts.is_empty()).then(|| parts.join(between))
}

/// 19,705: in groups of three.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_read_in_groups_of_three() {
        for (number, text) in [
            (0, "0"),
            (705, "705"),
            (19_705, "19,705"),
            (1_000_000, "1,000,000"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
