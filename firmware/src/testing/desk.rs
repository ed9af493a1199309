//! A whole terminal on one thread: the state machine, a vault in memory, a gateway in memory,
//! cards that answer as told, and time that moves when told. No sleep, no socket.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use hal::board::{Cue, ScreenLight};
use hal::card::{
    Attributes, CardJob, CardOutcome, CardProblem, FaceReport, Peek, PinReport, ReaderEvent, Sex,
    Tries, TrustClass, Verdicts,
};
use protocol::calendar::{Date, Timestamp};
use protocol::facility::{Desk, Facility, FacilityProfile, Insurer, OpeningHours};
use protocol::number::{InsurerNumber, OfficeNumber, UserId};
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;
use protocol::self_test::Found;
use protocol::text::PhoneNumber;
use rusqlite::params;

use super::gateway::{FakeGateway, Fault};
use crate::access::passcode::{Cost, Hasher};
use crate::clock::{Clock, ManualTime};
use crate::entropy::SeededEntropy;
use crate::error::Problem;
use crate::feed::Feed;
use crate::request::attachment;
use crate::runtime::probe::Probed;
use crate::setup::{self, SelfTestState};
use crate::store;
use crate::sync::{RoundReport, SyncReport};
use crate::terminal::Terminal;
use crate::terminal::effect::{DrawnPage, Effect, FoundFile, Input, PageOrder, TerminalConfig};
use crate::terminal::screen::Screen;
use crate::terminal::touch::{Language, Touch};
use crate::terminal::view::{Page, PageImage, View};
use crate::vault::Vault;

/// Most effects that one input may cause, all answers included.
const MOST_EFFECTS: usize = 200;

/// A terminal and its world.
pub struct Day {
    pub terminal: Terminal,
    pub vault: Vault,
    pub time: ManualTime,
    pub clock: Clock,
    pub gateway: FakeGateway,
    /// The line is up.
    pub online: bool,
    /// What the card says to the next jobs; when empty, jobs stay without an answer.
    pub cards: VecDeque<CardOutcome>,
    /// Card jobs and checks that have no answer yet.
    pub unanswered: Vec<crate::terminal::effect::Ticket>,
    /// Kinds of card jobs in the order in which they were asked.
    pub card_jobs: Vec<&'static str>,
    pub cues: Vec<Cue>,
    /// Lights that the screen was set to.
    pub lights: Vec<ScreenLight>,
    /// The unit switched itself off.
    pub off: bool,
    pub cancelled: usize,
    pub wiped: bool,
    /// Files on the stick, with their content.
    pub stick: Vec<(FoundFile, Vec<u8>)>,
    /// Pages that were drawn: document, page, width.
    pub drawn: Vec<PageOrder>,
    /// What the gateway says to an enrolment.
    pub enrolment: Result<(), Problem>,
    /// The office as another terminal described it; comes with an enrolment.
    pub heard: Option<FacilityProfile>,
    /// What is found of network and disk; `None`: nothing yet.
    pub probed: Option<Probed>,
    /// Checks of the whole vault that were asked for.
    pub vault_checks: usize,
    /// Such a check ends at once; otherwise it stays without an answer.
    pub checks_end: bool,
    hasher: Hasher,
}

impl Day {
    /// A terminal that was never set up but has tested itself, started.
    pub fn new() -> Self {
        Self::with(
            tested(),
            ManualTime::at(Timestamp::from_unix_ms(super::MORNING)),
        )
    }

    /// A terminal of which nothing was ever done, started.
    pub fn untouched() -> Self {
        Self::with(
            Vault::in_memory().unwrap(),
            ManualTime::at(Timestamp::from_unix_ms(super::MORNING)),
        )
    }

    /// A terminal on this vault, started.
    pub fn with(vault: Vault, time: ManualTime) -> Self {
        Self::configured(config(), vault, time)
    }

    /// A terminal with these facts on this vault, started.
    pub fn configured(config: TerminalConfig, vault: Vault, time: ManualTime) -> Self {
        let clock = Clock::manual(&time);
        let gateway = FakeGateway::new(&clock);
        let mut day = Self {
            terminal: Terminal::new(config, clock.now(), Box::new(SeededEntropy::new(20))),
            vault,
            time,
            gateway,
            clock,
            online: true,
            cards: VecDeque::new(),
            unanswered: Vec::new(),
            card_jobs: Vec::new(),
            cues: Vec::new(),
            lights: Vec::new(),
            off: false,
            cancelled: 0,
            wiped: false,
            stick: Vec::new(),
            drawn: Vec::new(),
            enrolment: Ok(()),
            heard: None,
            probed: Some(Probed {
                network: Found::Works,
                disk: Found::Works,
            }),
            vault_checks: 0,
            checks_end: true,
            hasher: hasher(),
        };
        day.input(Input::Started);
        day
    }

    /// A terminal that is set up with 佐藤 (管理者, 4071) and 髙橋 (一般, 8263), locked.
    pub fn set_up() -> Self {
        Self::set_up_as(config())
    }

    /// The same with these facts.
    pub fn set_up_as(config: TerminalConfig) -> Self {
        Self::set_up_on(Vault::in_memory().unwrap(), config)
    }

    /// The same on this vault, which is new.
    pub fn set_up_on(mut vault: Vault, config: TerminalConfig) -> Self {
        let time = ManualTime::at(Timestamp::from_unix_ms(super::MORNING));
        keep_tested(&mut vault);
        let mut day = Self::configured(config, vault, time);
        day.describe_office();
        day.add_staff(
            "satomisaki",
            "佐藤 美咲",
            StaffRole::Administrator,
            [4, 0, 7, 1],
        );
        day.add_staff("takahashi01", "髙橋 健一", StaffRole::General, [8, 2, 6, 3]);
        day.press(&[Touch::Second]);
        assert_eq!(day.screen(), Screen::SetupDone);
        day.press(&[Touch::Main]);
        assert_eq!(day.screen(), Screen::Lock);
        day
    }

    /// Enrols a new unit and enters its office's profile, up to its staff.
    pub fn describe_office(&mut self) {
        self.press(&[Touch::Main]);
        self.text("ABCDE-FGHJK-LMNPQ-RSTUV");
        self.press(&[Touch::Main]);
        assert_eq!(self.screen(), Screen::SetupProfile);
        self.fill_profile();
        self.press(&[Touch::Main]);
    }

    /// Types what the profile still lacks, up to its summary.
    pub fn fill_profile(&mut self) {
        for _ in 0..16 {
            let Page::TextEntry(page) = self.view().page else {
                return;
            };
            if !page.complete {
                self.text(match page.field {
                    crate::terminal::view::TextField::Corporation => "しおみ福祉会",
                    crate::terminal::view::TextField::Address => "汐見市みなと町１丁目",
                    crate::terminal::view::TextField::Phone => "0120000100",
                    crate::terminal::view::TextField::Email => "desk@hidamari.example",
                    crate::terminal::view::TextField::Applicant => "入江 一郎",
                    _ => "ひだまり",
                });
            }
            self.press(&[Touch::Main]);
        }
    }

    /// Adds a member in set-up, with a passcode.
    pub fn add_staff(&mut self, id: &str, name: &str, role: StaffRole, code: [u8; 4]) {
        assert_eq!(self.screen(), Screen::SetupStaff);
        self.press(&[Touch::Field(0)]);
        self.text(name);
        self.press(&[Touch::Main, Touch::Field(1)]);
        self.text(id);
        self.press(&[Touch::Main, Touch::Role(role), Touch::Main]);
        assert_eq!(self.screen(), Screen::NewPasscode);
        self.digits(code);
        self.press(&[Touch::Main]);
        self.digits(code);
        self.press(&[Touch::Main]);
        assert_eq!(self.screen(), Screen::SetupStaff);
    }

    /// Unlocks for somebody, signing the pledge when it is due.
    pub fn unlock(&mut self, id: &str, code: [u8; 4]) {
        self.press(&[Touch::Main, Touch::Staff(user(id))]);
        self.digits(code);
        self.press(&[Touch::Main]);
        if self.screen() == Screen::Pledge {
            self.press(&[Touch::Main]);
        }
    }

    /// One input, and everything that follows from it.
    pub fn input(&mut self, input: Input) {
        let mut waiting = VecDeque::from([input]);
        let mut carried = 0;
        while let Some(input) = waiting.pop_front() {
            for effect in self.terminal.handle(input, self.clock.now()) {
                carried += 1;
                assert!(
                    carried < MOST_EFFECTS,
                    "effects without end on {:?}",
                    self.terminal
                );
                self.carry_out(effect, &mut waiting);
            }
        }
        self.check();
    }

    /// Touches, a human moment apart.
    pub fn press(&mut self, touches: &[Touch]) {
        for touch in touches {
            self.time.advance(Duration::from_millis(400));
            self.input(Input::Touch(touch.clone()));
        }
    }

    pub fn digits<const N: usize>(&mut self, digits: [u8; N]) {
        self.press(&digits.map(Touch::Digit));
    }

    pub fn text(&mut self, text: &str) {
        self.press(&[Touch::Paste(text.to_owned())]);
    }

    /// Time passes in seconds, with a tick each.
    pub fn wait(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.time.advance(Duration::from_secs(1));
            self.input(Input::Tick);
        }
    }

    pub fn view(&self) -> View {
        self.terminal.view()
    }

    pub fn screen(&self) -> Screen {
        self.view().screen
    }

    /// A card is put on the reader; it will answer these.
    pub fn card(&mut self, answers: impl IntoIterator<Item = CardOutcome>) {
        self.cards = answers.into_iter().collect();
        self.input(Input::Reader(ReaderEvent::CardArrived));
    }

    /// One exchange, if the line is up.
    pub fn sync(&mut self) {
        let mut waiting = VecDeque::new();
        self.exchange(&mut waiting);
        for input in waiting {
            self.input(input);
        }
    }

    /// How many rows a table has.
    pub fn rows(&self, query: &str) -> i64 {
        self.vault
            .read(|c| Ok(c.query_row(query, [], |row| row.get(0))?))
            .unwrap()
    }

    fn carry_out(&mut self, effect: Effect, waiting: &mut VecDeque<Input>) {
        let now = self.clock.now();
        match effect {
            Effect::Store(ticket, job) => {
                waiting.extend(store::carry_out(ticket, job, &mut self.vault, &now));
            }
            Effect::Hash(ticket, job) => {
                waiting.push_back(Input::Hashed(ticket, self.hasher.run(job)));
            }
            Effect::Card(ticket, job) => {
                self.card_jobs.push(match job {
                    CardJob::Peek => "peek",
                    CardJob::CheckFace { .. } => "face",
                    CardJob::CheckPin { .. } => "pin",
                });
                match self.cards.pop_front() {
                    Some(outcome) => waiting.push_back(Input::Card(ticket, outcome)),
                    None => self.unanswered.push(ticket),
                }
            }
            Effect::CancelCard => self.cancelled += 1,
            Effect::WakeSync => self.exchange(waiting),
            Effect::Enrol { .. } => self.enrol(waiting),
            Effect::Probe(ticket) => {
                waiting.extend(self.probed.map(|probed| Input::Probed(ticket, probed)));
            }
            Effect::CheckVault(ticket) => {
                self.vault_checks += 1;
                if self.checks_end {
                    let finding = setup::whole_vault(&self.vault);
                    waiting.push_back(Input::VaultChecked(ticket, Box::new(finding)));
                } else {
                    self.unanswered.push(ticket);
                }
            }
            Effect::Cue(cue) => self.cues.push(cue),
            Effect::Screen(light) => self.lights.push(light),
            Effect::PowerOff => self.off = true,
            Effect::Wipe => self.wiped = true,
            Effect::PrintSlip(ticket, _) | Effect::PrintDocument(ticket, _) => {
                waiting.push_back(Input::Printed(ticket, Ok(())));
            }
            Effect::ListFiles(ticket) => {
                let files = self.stick.iter().map(|(file, _)| file.clone()).collect();
                waiting.push_back(Input::FilesListed(ticket, Ok(files)));
            }
            Effect::TakeFile(ticket, path) => {
                let taken = self
                    .stick
                    .iter()
                    .find(|(file, _)| file.path == path)
                    .map_or(
                        Err(Problem::Refused(ProblemCode::AttachmentSource)),
                        |(_, bytes)| {
                            let entropy = &mut SeededEntropy::new(9);
                            attachment::take(&mut self.vault, &now, entropy, bytes)
                        },
                    );
                waiting.push_back(Input::FileTaken(ticket, taken));
            }
            Effect::DrawPage(ticket, order) => {
                self.drawn.push(order);
                let image = Arc::new(PageImage {
                    width: 1,
                    height: 1,
                    rgb: vec![0; 3],
                });
                waiting.push_back(Input::PageDrawn(ticket, Ok(DrawnPage { image, pages: 2 })));
            }
        }
    }

    fn exchange(&mut self, waiting: &mut VecDeque<Input>) {
        let result = if self.online {
            self.gateway
                .round(&mut self.vault, &self.clock, Fault::None, &mut Feed)
        } else {
            Err(Problem::NotEnrolled)
        };
        let at = self.clock.now().wall;
        if !self.online {
            waiting.push_back(Input::Synced(SyncReport::Line { up: false }));
            return;
        }
        if let Ok(status) = store::status(&self.vault, &self.clock.now()) {
            waiting.push_back(Input::Status(status));
        }
        let report = RoundReport {
            at,
            result,
            paused: None,
        };
        waiting.push_back(Input::Synced(SyncReport::Round(report)));
    }

    fn enrol(&mut self, waiting: &mut VecDeque<Input>) {
        let result = self.enrolment.clone().map(|()| {
            let identity = self.gateway.identity();
            self.vault
                .write(|tx| {
                    tx.execute(
                        "INSERT OR REPLACE INTO sync_identity VALUES(1, ?1, '', x'00', 0, ?2)",
                        params![
                            identity.device.to_string(),
                            super::MORNING + 60 * super::DAY
                        ],
                    )?;
                    if let Some(profile) = &self.heard {
                        setup::keep_profile(tx, profile)?;
                    }
                    setup::keep_facility(tx, &facility())
                })
                .unwrap();
            identity.device
        });
        waiting.push_back(Input::Synced(SyncReport::Enrolled(result)));
    }

    /// What holds after every input.
    fn check(&self) {
        let view = self.view();
        let pending =
            self.rows("SELECT coalesce(sum(rows), 0) FROM outbox_count WHERE state IN (0, 1)");
        assert_eq!(
            i64::try_from(view.strip.waiting).unwrap(),
            pending,
            "the count is the rows"
        );
    }
}

/// A vault that remembers a finished self-test, and nothing else.
fn tested() -> Vault {
    let mut vault = Vault::in_memory().unwrap();
    keep_tested(&mut vault);
    vault
}

/// What hashes the passcodes of the test terminal.
pub fn hasher() -> Hasher {
    Hasher::new(&[5; 32], Cost::FLOOR)
}

fn keep_tested(vault: &mut Vault) {
    let state = SelfTestState {
        finished: true,
        ..SelfTestState::default()
    };
    let time = ManualTime::at(Timestamp::from_unix_ms(super::MORNING));
    let now = Clock::manual(&time).now();
    setup::run(setup::Job::KeepSelfTest(state), vault, &now).unwrap();
}

/// Facts of the test terminal.
pub fn config() -> TerminalConfig {
    TerminalConfig {
        rows_per_page: 4,
        outbox_rows: 4,
        staff_per_page: 6,
        topics_per_page: 4,
        document_width: 720,
        idle_lock: Duration::from_secs(60),
        screen_times: None,
        offline_limit: None,
        test_trust: true,
        simulated_board: false,
        serial: "T-0042".to_owned(),
        printer: true,
        version: "0.1.0".to_owned(),
        desks: Vec::new(),
        language: Language::Ja,
    }
}

pub fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

pub fn date(year: i32, month: u8, day: u8) -> Date {
    Date::from_ymd(year, month, day).unwrap()
}

/// The office as the gateway knows it.
pub fn facility() -> Facility {
    Facility {
        office: OfficeNumber::parse("9970000015").unwrap(),
        name: "ひだまり居宅介護支援事業所".to_owned(),
        insurers: vec![Insurer {
            number: InsurerNumber::with_check_digit("99201").unwrap(),
            city: "汐見市".to_owned(),
            desk: Desk {
                name: "介護保険課 認定係".to_owned(),
                phone: PhoneNumber::parse("0120000142").unwrap(),
                hours: vec![OpeningHours {
                    weekdays: vec![1, 2, 3, 4, 5],
                    from_minute: 510,
                    to_minute: 1035,
                    days_of_month: None,
                }],
            },
            retention_months: 3,
            h_numbers: true,
        }],
    }
}

/// A genuine card of 汐見 花子, born 1938-08-28, that expires on this day.
pub fn face(expires_on: Date) -> FaceReport {
    FaceReport {
        verdicts: Verdicts {
            authentic: true,
            present: true,
            code_accepted: true,
        },
        attributes: attributes(),
        photo: None,
        name_image: None,
        address_image: None,
        expiry_year: u16::try_from(expires_on.year()).unwrap(),
        expires_on: Some(expires_on),
        expiry_bound: true,
        applications_agree: true,
        evidence: [7; 32],
        apdus: 21,
        time_in_card: Duration::from_millis(600),
        time_in_code: Duration::from_millis(2),
        trust: TrustClass::Test,
        refused: Vec::new(),
    }
}

/// The same card, checked by PIN.
pub fn pin_report() -> PinReport {
    PinReport {
        verdicts: Verdicts {
            authentic: true,
            present: true,
            code_accepted: true,
        },
        attributes: attributes(),
        tries_before: Tries { left: 3 },
        evidence: [8; 32],
        apdus: 12,
        time_in_card: Duration::from_millis(300),
        time_in_code: Duration::from_millis(2),
        trust: TrustClass::Test,
        refused: Vec::new(),
    }
}

fn attributes() -> Attributes {
    Attributes {
        name: "汐見　花子".to_owned(),
        address: "汐見市みなと町１丁目２番３号".to_owned(),
        born_on: date(1938, 8, 28),
        sex: Sex::Female,
    }
}

/// Counters of a card.
pub fn peek(number_b: u8, pin: u8) -> CardOutcome {
    CardOutcome::Peeked(Peek {
        number_b: Tries { left: number_b },
        pin: Tries { left: pin },
    })
}

/// A good check by eye.
pub fn good() -> CardOutcome {
    CardOutcome::Face(Box::new(face(date(2032, 8, 28))))
}

/// A failed check.
pub fn failed(problem: CardProblem) -> CardOutcome {
    CardOutcome::Failed(problem)
}
