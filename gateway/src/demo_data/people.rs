//! Who lives in the made-up city, and how far their applications are.

use protocol::answer::ApplicationKind;
use protocol::calendar::Date;
use protocol::number::InsuredNumber;

use super::{Plan, names};
use crate::entropy::{Entropy, SeededEntropy};

/// One made-up insured person.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// 被保険者番号.
    pub insured: InsuredNumber,
    /// Family and given name with a space between.
    pub name: String,
    /// The same in kana.
    pub kana: String,
    /// 生年月日.
    pub born_on: Date,
    /// 要介護状態区分 of the certificate in force.
    pub care_level: &'static str,
    /// 負担割合 in tenths.
    pub copayment_tenths: u8,
    /// Applications, newest first; most people have one.
    pub applications: Vec<Application>,
}

/// One application and its stages; a stage still to come is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Application {
    /// 申請日.
    pub applied_on: Date,
    /// 申請区分.
    pub kind: ApplicationKind,
    /// 訪問調査日.
    pub visit_on: Option<Date>,
    /// 調査票受理日.
    pub survey_received_on: Option<Date>,
    /// 意見書依頼日.
    pub opinion_requested_on: Option<Date>,
    /// 意見書受理日.
    pub opinion_received_on: Option<Date>,
    /// 審査会予定日.
    pub panel_on: Option<Date>,
    /// 認定日.
    pub certified_on: Option<Date>,
    /// 更新日時, as a day.
    pub updated_on: Date,
}

/// Number, name, kana, birth date, and the days ago on which they applied.
type CardHolder = (
    &'static str,
    &'static str,
    &'static str,
    (i32, u8, u8),
    &'static [i64],
);

/// The people of the simulated cards come first.
const CARD_HOLDERS: &[CardHolder] = &[
    (
        "0000087084",
        "汐見 花子",
        "シオミ ハナコ",
        (1938, 8, 28),
        &[24],
    ),
    (
        "0000087092",
        "浜田 一郎",
        "ハマダ イチロウ",
        (1945, 3, 1),
        &[9],
    ),
    (
        "0000087106",
        "髙﨑 みどり",
        "タカサキ ミドリ",
        (1951, 11, 30),
        &[40, 12],
    ),
    (
        "0000087114",
        "渡邉 正雄",
        "ワタナベ マサオ",
        (1932, 1, 15),
        &[130],
    ),
];

/// Everybody, in an order that follows from the seed.
#[must_use]
pub fn people(plan: &Plan) -> Vec<Person> {
    let dice = Dice(SeededEntropy::new(plan.seed));
    (0..plan.people)
        .map(|n| {
            let mut person = stranger(&dice, n, plan.today);
            if let Some(holder) = CARD_HOLDERS.get(n as usize) {
                let (number, name, kana, (year, month, day), applied) = *holder;
                person.insured = InsuredNumber::parse(number).expect("a number of the table");
                person.name = name.to_owned();
                person.kana = kana.to_owned();
                person.born_on = Date::from_ymd(year, month, day).expect("a date of the table");
                person.applications = applied
                    .iter()
                    .map(|days| application(&dice, plan.today, *days))
                    .collect();
            }
            person
        })
        .collect()
}

struct Dice(SeededEntropy);

impl Dice {
    /// A number below `sides`.
    fn roll(&self, sides: u32) -> u32 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        let drawn = u64::from_be_bytes(bytes) % u64::from(sides);
        u32::try_from(drawn).expect("below a u32")
    }

    fn pick<T: Copy>(&self, list: &[T]) -> T {
        let sides = u32::try_from(list.len()).expect("a short list");
        list[self.roll(sides) as usize]
    }
}

fn stranger(dice: &Dice, n: u32, today: Date) -> Person {
    let (family, family_kana) = dice.pick(names::FAMILY);
    let (given, given_kana) = dice.pick(names::GIVEN);
    // 37 is prime to 900,000: every number comes once, and no two end in the same six digits
    // among the first 900,000.
    let number = 100_000 + (u64::from(n) * 37 + 11) % 900_000;
    let insured = if n % 97 == 96 {
        format!("H{number:09}")
    } else {
        format!("{number:010}")
    };
    let born_on = Date::from_ymd(1926, 12, 25)
        .expect("a day")
        .add_days(i64::from(dice.roll(12_000)));
    let applied = match n % 50 {
        // Nobody applied; twice within the window; long ago.
        0..=2 => vec![],
        3 => vec![20, 61],
        4 | 5 => vec![100 + i64::from(dice.roll(60))],
        _ => vec![i64::from(dice.roll(85))],
    };
    Person {
        insured: InsuredNumber::parse(&insured).expect("ten characters"),
        name: format!("{family} {given}"),
        kana: format!("{family_kana} {given_kana}"),
        born_on,
        care_level: dice.pick(&["12", "13", "21", "21", "22", "22", "23", "24", "25"]),
        copayment_tenths: dice.pick(&[1, 1, 1, 1, 1, 1, 2, 3]),
        applications: applied
            .into_iter()
            .map(|days| application(dice, today, days))
            .collect(),
    }
}

/// An application of so many days ago, as far as it would be by now.
fn application(dice: &Dice, today: Date, days_ago: i64) -> Application {
    let applied_on = today.add_days(-days_ago);
    let after = |from: u32, spread: u32| {
        let day = applied_on.add_days(i64::from(from + dice.roll(spread)));
        (day, day <= today)
    };
    let past = |(day, reached): (Date, bool)| reached.then_some(day);
    let requested = after(1, 4);
    let visit = after(4, 6);
    let survey = after(11, 5);
    let opinion = after(10, 12);
    let (panel, _) = after(26, 6);
    let both = survey.1 && opinion.1;
    let certified = both && panel < today;
    let stages = [past(requested), past(visit), past(survey), past(opinion)];
    let updated_on = stages
        .into_iter()
        .flatten()
        .max()
        .unwrap_or(applied_on)
        .max(if certified { panel } else { applied_on });
    Application {
        applied_on,
        kind: dice.pick(&[
            ApplicationKind::New,
            ApplicationKind::Renewal,
            ApplicationKind::Renewal,
            ApplicationKind::Change,
        ]),
        visit_on: past(visit),
        survey_received_on: past(survey),
        opinion_requested_on: past(requested),
        opinion_received_on: past(opinion),
        panel_on: both.then_some(panel),
        certified_on: certified.then_some(panel),
        updated_on,
    }
}
