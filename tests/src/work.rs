//! A stream of made-up commands of one terminal in 汐見市, and who they are about.

use std::collections::BTreeMap;

use firmware::clock::Now;
use protocol::calendar::Date;
use protocol::command::{
    Action, Command, DisclosureRequest, EligibilityQuery, PledgeSigned, ProgressKey, ProgressQuery,
    StaffRecord,
};
use protocol::exchange::CommandId;
use protocol::facility::{Desk, Insurer};
use protocol::number::{InsuredNumber, InsurerNumber, OfficeNumber, UserId};
use protocol::person::{Applicant, PlanNotice, Purpose, RequestSubject, StaffRole};
use protocol::text::{PersonName, PhoneNumber};

use crate::dice::Dice;

/// People that one terminal asks about: few, so that their commands often meet.
const PEOPLE: u64 = 6;

/// A command that is about to be saved.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its id.
    pub id: CommandId,
    /// The command.
    pub command: Command,
    /// The gateway is going to refuse it: it asks an insurer that is not the office's.
    pub poisoned: bool,
}

/// Makes commands.
#[derive(Debug, Clone)]
pub struct Work {
    dice: Dice,
    staff: UserId,
    made: u64,
    poison_percent: u64,
}

impl Work {
    /// The work of one terminal; `name` tells its staff member from those of others.
    ///
    /// # Panics
    /// When `name` is not a user id.
    #[must_use]
    pub fn new(seed: u64, name: &str, poison_percent: u64) -> Self {
        let staff = UserId::parse(name).expect("the caller gives a user id");
        Self {
            dice: Dice::new(seed),
            staff,
            made: 0,
            poison_percent,
        }
    }

    /// The next command.
    pub fn next(&mut self, now: &Now) -> Made {
        self.made += 1;
        let id = CommandId::new(now.wall, self.dice.bytes());
        let action = self.action(now);
        let poisoned = action.asks_an_insurer() && self.dice.chance(self.poison_percent);
        let insurer = action.asks_an_insurer().then(|| {
            if poisoned {
                foreign_insurer()
            } else {
                insurer().number
            }
        });
        let command = Command {
            made_at: now.wall,
            clock_trusted: now.is_trusted(),
            staff: self.staff.clone(),
            insurer,
            action,
        };
        Made {
            id,
            command,
            poisoned,
        }
    }

    /// Commands made so far.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.made
    }

    fn action(&mut self, now: &Now) -> Action {
        match self.dice.below(10) {
            0..=3 => Action::ProgressQuery(ProgressQuery {
                key: ProgressKey::Insured {
                    insured: self.insured(),
                },
                purpose: Purpose::CarePlan,
            }),
            4 => Action::ProgressQuery(ProgressQuery {
                key: ProgressKey::Dates {
                    applied_on: now.wall.japan_date(),
                    born_on: born_on(self.dice.below(PEOPLE)),
                },
                purpose: Purpose::Renewal,
            }),
            5 | 6 => {
                let person = self.dice.below(PEOPLE);
                Action::EligibilityQuery(EligibilityQuery {
                    insured: insured(person),
                    born_on: born_on(person),
                    purpose: Purpose::Coordination,
                })
            }
            // Pledges are counted at the gateway, one row an effect.
            7 => Action::PledgeSigned(PledgeSigned {
                edition: u16::try_from(self.made % 60_000).unwrap_or(0),
            }),
            8 => Action::StaffChanged(StaffRecord {
                id: self.staff.clone(),
                name: name("港 次郎"),
                role: StaffRole::General,
                services: vec!["43".into()],
                occupation: Some(format!("職{}", self.made)),
                active: true,
            }),
            _ => Action::DisclosureRequest(self.request()),
        }
    }

    fn insured(&mut self) -> InsuredNumber {
        insured(self.dice.below(PEOPLE))
    }

    fn request(&mut self) -> DisclosureRequest {
        let first = self.dice.below(PEOPLE);
        let people = self.dice.between(1, 3);
        DisclosureRequest {
            applicant: Applicant {
                office: office(),
                office_name: "みなとケアプラン".into(),
                name: name("港 太郎"),
                phone: phone(),
                qualification: "介護支援専門員".into(),
                qualification_scan: None,
            },
            subjects: (0..people)
                .map(|n| (first + n) % PEOPLE)
                .map(|person| RequestSubject {
                    insured: insured(person),
                    name: name("汐見 花子"),
                    born_on: born_on(person),
                    certified_on: date(2026, 8, 28),
                    plan: PlanNotice::Filed,
                })
                .collect(),
        }
    }
}

/// The fixture's insurer.
#[must_use]
pub fn insurer() -> Insurer {
    Insurer {
        number: InsurerNumber::with_check_digit("99001").expect("five digits"),
        city: "汐見市".into(),
        desk: Desk {
            name: "介護保険課".into(),
            phone: phone(),
            hours: Vec::new(),
        },
        retention_months: 3,
        h_numbers: false,
    }
}

/// An insurer whom the fixture's office may not ask.
#[must_use]
pub fn foreign_insurer() -> InsurerNumber {
    InsurerNumber::with_check_digit("99777").expect("five digits")
}

/// The fixture's office.
#[must_use]
pub fn office() -> OfficeNumber {
    OfficeNumber::with_check_digit("997000001").expect("nine digits")
}

/// The things whose commands have to keep their order, with the commands about each, in the
/// order in which they were given.
pub fn by_subject<'a>(
    commands: impl Iterator<Item = (CommandId, &'a Command)>,
) -> BTreeMap<String, Vec<CommandId>> {
    let mut order: BTreeMap<String, Vec<CommandId>> = BTreeMap::new();
    for (id, command) in commands {
        for key in command.subject_keys() {
            order.entry(key).or_default().push(id);
        }
    }
    order
}

fn insured(person: u64) -> InsuredNumber {
    InsuredNumber::parse(&format!("{:010}", 4_400 + person)).expect("ten digits")
}

fn born_on(person: u64) -> Date {
    date(1930 + i32::try_from(person).unwrap_or(0), 4, 2)
}

fn date(year: i32, month: u8, day: u8) -> Date {
    Date::from_ymd(year, month, day).expect("a day of the calendar")
}

fn name(text: &str) -> PersonName {
    PersonName::parse(text).expect("a name")
}

fn phone() -> PhoneNumber {
    PhoneNumber::parse("099-000-0001").expect("a telephone number")
}
