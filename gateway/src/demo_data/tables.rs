//! The same people in the columns of the two lists, and of the eligibility source.

use std::fmt::Write as _;

use protocol::answer::ApplicationKind;
use protocol::calendar::Date;

use super::people::{Application, Person};

/// Months that a certification is valid for.
const VALID_MONTHS: i32 = 12;

/// The kintone list (E10), with the birth date that its search uses (E9).
pub fn kintone(people: &[Person]) -> String {
    let mut table = String::from(
        "被保険者番号(6桁),申請日(4桁),生年月日,申請区分,調査票受理日,意見書受理日,審査会予定日,更新日時\r\n",
    );
    for (person, application) in applications(people) {
        line(
            &mut table,
            &[
                person.insured.last_six().to_owned(),
                application_day(application),
                person.born_on.compact(),
                kind(application).to_owned(),
                day(application.survey_received_on),
                day(application.opinion_received_on),
                day(application.panel_on),
                format!("{} 09:30", application.updated_on),
            ],
        );
    }
    table
}

/// The wider list (E14), with dates in the forms that such lists have.
pub fn wide(people: &[Person]) -> String {
    let mut table = String::from(
        "被保険者番号,生年月日,申請日,申請区分,訪問調査日,意見書依頼日,意見書入手日,二次審査日(予定),認定日,二次審査結果,認定有効月数,有効開始日,有効終了日,更新日時\r\n",
    );
    for (person, application) in applications(people) {
        let certified = application.certified_on;
        let from = certified.map(|_| application.applied_on);
        let to = from.map(|from| from.add_months(VALID_MONTHS).end_of_month());
        let level = certified.map_or("", |_| level_name(person.care_level));
        line(
            &mut table,
            &[
                person.insured.as_str().to_owned(),
                person.born_on.japanese(),
                slashed(application.applied_on),
                kind(application).to_owned(),
                day(application.visit_on),
                day(application.opinion_requested_on),
                day(application.opinion_received_on),
                day(application.panel_on),
                certified.map(Date::japanese).unwrap_or_default(),
                level.to_owned(),
                certified
                    .map(|_| VALID_MONTHS.to_string())
                    .unwrap_or_default(),
                day(from),
                day(to),
                format!("{} 09:30", application.updated_on),
            ],
        );
    }
    table
}

/// The eligibility source: everybody, whether they applied or not.
pub fn eligibility(people: &[Person]) -> String {
    let mut table = String::from(
        "被保険者番号,生年月日,要介護状態区分,有効開始日,有効終了日,負担割合,区分支給限度基準額\r\n",
    );
    for person in people {
        let applied = person.applications.first().map(|a| a.applied_on);
        let from = applied.map(|day| day.add_months(-6));
        let to = from.map(|from| from.add_months(VALID_MONTHS).end_of_month());
        line(
            &mut table,
            &[
                person.insured.as_str().to_owned(),
                person.born_on.to_string(),
                level_name(person.care_level).to_owned(),
                day(from),
                day(to),
                format!("{}割", person.copayment_tenths),
                limit_units(person.care_level).to_string(),
            ],
        );
    }
    table
}

fn applications(people: &[Person]) -> impl Iterator<Item = (&Person, &Application)> {
    people
        .iter()
        .flat_map(|person| person.applications.iter().map(move |a| (person, a)))
}

fn line(table: &mut String, fields: &[String]) {
    // Writing to a string cannot fail; no field holds a comma or a quote.
    let _ = write!(table, "{}\r\n", fields.join(","));
}

/// Four digits, as the list shows it.
fn application_day(application: &Application) -> String {
    let day = application.applied_on;
    format!("{:02}{:02}", day.month(), day.day())
}

fn slashed(day: Date) -> String {
    format!("{:04}/{:02}/{:02}", day.year(), day.month(), day.day())
}

fn day(day: Option<Date>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

fn kind(application: &Application) -> &'static str {
    match application.kind {
        ApplicationKind::New => "新規",
        ApplicationKind::Renewal => "更新",
        ApplicationKind::Change => "区分変更",
        ApplicationKind::ExOfficio => "職権",
        ApplicationKind::MovedIn => "転入",
    }
}

fn level_name(code: &str) -> &'static str {
    match code {
        "12" => "要支援1",
        "13" => "要支援2",
        "21" => "要介護1",
        "22" => "要介護2",
        "23" => "要介護3",
        "24" => "要介護4",
        "25" => "要介護5",
        _ => "非該当",
    }
}

/// Units a month, in round made-up figures that rise with the level.
fn limit_units(code: &str) -> u32 {
    match code {
        "12" => 5_000,
        "13" => 10_000,
        "21" => 16_000,
        "22" => 19_000,
        "23" => 27_000,
        "24" => 30_000,
        "25" => 36_000,
        _ => 0,
    }
}
