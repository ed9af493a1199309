use firmware::sync::CertificateState;
use firmware::terminal::screen::Screen;
use firmware::terminal::view::{
    DiagnosticLine, DiagnosticNote, DiagnosticPart, DiagnosticsPage, EnrollingPage, Network, Page,
    Paged, ProfilePage, SettingsPage, StaffAdminPage, StaffEditPage, StaffRow, StaffState, Verdict,
};
use firmware::update::Stage;
use protocol::facility::{AccessMethod, FacilityProfile};
use protocol::number::OfficeNumber;
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;
use protocol::release::UpdateState;
use protocol::text::{EmailAddress, PersonName, PhoneNumber};

use super::access::{LONGEST, user};
use super::help::own_desk;
use super::{Sample, at, day, on_battery, sample, today};

pub fn samples() -> Vec<Sample> {
    let rows = vec![
        Screen::Diagnostics,
        Screen::StaffAdmin,
        Screen::Look,
        Screen::Profile,
        Screen::CardMode,
        Screen::Parts,
    ];
    let mut samples = vec![
        sample(
            Screen::Settings,
            "settings",
            Page::Settings(SettingsPage { rows }),
        ),
        terminal("diagnostics", &offline_for_long()),
        on_battery(terminal("diagnostics_board", &board_faults())),
        sample(Screen::StaffAdmin, "staff_admin", Page::StaffAdmin(staff())),
        edit(Screen::StaffEdit, "staff_add", new_member()),
        edit(
            Screen::StaffEdit,
            "staff_taken",
            StaffEditPage {
                note: Some(ProblemCode::AccessTaken),
                ..filled()
            },
        ),
        edit(
            Screen::StaffEdit,
            "staff_change",
            StaffEditPage {
                existing: true,
                state: Some(StaffState::LockedOut),
                passcode: true,
                ..filled()
            },
        ),
        edit(
            Screen::StaffEdit,
            "staff_stop",
            StaffEditPage {
                existing: true,
                state: Some(StaffState::Active),
                confirm_stop: true,
                passcode: true,
                ..filled()
            },
        ),
        edit(
            Screen::StaffEdit,
            "staff_stopped",
            StaffEditPage {
                existing: true,
                state: Some(StaffState::Stopped),
                ..filled()
            },
        ),
        sample(Screen::Look, "look", Page::Look),
        profile(Screen::Profile, "profile", false),
        profile(Screen::Profile, "profile_warning", true),
        sample(
            Screen::CardMode,
            "card_mode",
            Page::CardMode { pin_mode: false },
        ),
        sample(
            Screen::CardMode,
            "card_mode_pin",
            Page::CardMode { pin_mode: true },
        ),
    ];
    samples.extend(setup());
    samples.extend(every_word());
    samples
}

fn setup() -> Vec<Sample> {
    let mut welcome = sample(Screen::SetupWelcome, "welcome", Page::SetupWelcome);
    welcome.view.strip.office.clear();
    welcome.view.strip.office_short.clear();
    welcome.view.strip.network = Network::NotSetUp;
    welcome.view.strip.waiting = 0;
    welcome.view.staff = None;
    let roles = vec![
        StaffRole::General,
        StaffRole::Administrator,
        StaffRole::Setup,
    ];
    vec![
        welcome,
        enrolling("enrolling", 1, None),
        enrolling_called(),
        enrolling(
            "enrolling_token_old",
            1,
            Some(ProblemCode::EnrolTokenExpired),
        ),
        edit(
            Screen::SetupStaff,
            "setup_staff",
            StaffEditPage {
                entered: 2,
                roles,
                complete: true,
                ..filled()
            },
        ),
        sample(Screen::SetupDone, "done", Page::SetupDone),
    ]
}

fn enrolling(name: &str, done: usize, trouble: Option<ProblemCode>) -> Sample {
    let page = EnrollingPage {
        done,
        trouble,
        desk: None,
    };
    sample(Screen::SetupEnrolling, name, Page::SetupEnrolling(page))
}

/// The card of the unit names a desk.
fn enrolling_called() -> Sample {
    let page = EnrollingPage {
        done: 1,
        trouble: Some(ProblemCode::EnrolTokenExpired),
        desk: Some(own_desk()),
    };
    let name = "enrolling_desk";
    sample(Screen::SetupEnrolling, name, Page::SetupEnrolling(page))
}

fn edit(screen: Screen, name: &str, page: StaffEditPage) -> Sample {
    sample(screen, name, Page::StaffEdit(page))
}

fn new_member() -> StaffEditPage {
    StaffEditPage {
        id: None,
        name: None,
        role: StaffRole::General,
        roles: vec![StaffRole::General, StaffRole::Administrator],
        existing: false,
        state: None,
        confirm_stop: false,
        passcode: false,
        complete: false,
        entered: 0,
        note: None,
    }
}

fn filled() -> StaffEditPage {
    StaffEditPage {
        id: Some("chosokabe1".to_owned()),
        name: Some("長曽我部 龍之介宗一郎".to_owned()),
        complete: true,
        ..new_member()
    }
}

/// What is so on a terminal: its strip and its lines both follow from it.
struct State {
    network: Network,
    waiting: u64,
    certificate: CertificateState,
    update: Option<(String, Stage)>,
    board_faults: i64,
}

/// All is well, and a new version is ready.
fn well() -> State {
    State {
        network: Network::Online,
        waiting: 2,
        certificate: certificate(290, None),
        update: Some(offered(Stage::Machine(UpdateState::Written))),
        board_faults: 0,
    }
}

fn offline_for_long() -> State {
    State {
        network: Network::Offline {
            last: Some(at(today(), 9, 42)),
        },
        waiting: 1_234,
        certificate: certificate(21, Some(30)),
        ..well()
    }
}

/// Three parts of the board do not answer, on a unit that runs low.
fn board_faults() -> State {
    State {
        certificate: certificate(13, Some(15)),
        board_faults: 3,
        ..well()
    }
}

fn certificate(days: i64, within: Option<i64>) -> CertificateState {
    CertificateState {
        days,
        within,
        due: within.is_some(),
        ended: days <= 0,
    }
}

fn offered(stage: Stage) -> (String, Stage) {
    ("0.3.0".to_owned(), stage)
}

/// The words of every step of the certificate and of every stage of an update, for the ruler and
/// for eyes; no pictures of them are kept.
fn every_word() -> Vec<Sample> {
    let steps = [
        (120, None),
        (88, Some(90)),
        (58, Some(60)),
        (28, Some(30)),
        (14, Some(15)),
        (6, Some(7)),
        (0, Some(7)),
    ];
    let stages = [
        Stage::Wanted,
        Stage::NoRoom,
        Stage::Machine(UpdateState::Fetched),
        Stage::Machine(UpdateState::Written),
        Stage::Machine(UpdateState::Installed),
        Stage::Machine(UpdateState::CameBack),
        Stage::Machine(UpdateState::Refused {
            code: ProblemCode::UpdateRefused,
        }),
    ];
    steps
        .into_iter()
        .zip(stages)
        .map(|((days, within), stage)| {
            let state = State {
                certificate: certificate(days, within),
                update: Some(offered(stage)),
                ..well()
            };
            terminal(&format!("words_{days}"), &state)
        })
        .collect()
}

fn gateway(network: &Network) -> Verdict {
    match network {
        Network::Online => Verdict::Good,
        Network::Offline { .. } => Verdict::Watch,
        Network::Paused { .. } | Network::NotSetUp => Verdict::Bad,
    }
}

fn terminal(name: &str, state: &State) -> Sample {
    let line = |part, verdict, value| DiagnosticLine {
        part,
        verdict,
        value,
        note: None,
    };
    let page = DiagnosticsPage {
        device: Some("MDG-7K2QX9PD4RWM".to_owned()),
        lines: vec![
            line(DiagnosticPart::Reader, Verdict::Good, None),
            line(DiagnosticPart::Clock, Verdict::Good, None),
            line(DiagnosticPart::Vault, Verdict::Good, None),
            DiagnosticLine {
                note: Some(DiagnosticNote::Certificate(state.certificate)),
                ..line(
                    DiagnosticPart::Certificate,
                    Verdict::Watch,
                    Some(state.certificate.days),
                )
            },
            line(DiagnosticPart::Gateway, gateway(&state.network), None),
            line(
                DiagnosticPart::Queue,
                Verdict::Good,
                i64::try_from(state.waiting).ok(),
            ),
            DiagnosticLine {
                note: Some(DiagnosticNote::Update {
                    running: "0.2.0".to_owned(),
                    offered: state.update.clone(),
                }),
                ..line(DiagnosticPart::Update, Verdict::Good, None)
            },
            match state.board_faults {
                0 => line(DiagnosticPart::Parts, Verdict::Good, None),
                faults => line(DiagnosticPart::Parts, Verdict::Watch, Some(faults)),
            },
        ],
    };
    let mut sample = sample(Screen::Diagnostics, name, Page::Diagnostics(page));
    sample.view.strip.network = state.network.clone();
    sample.view.strip.waiting = state.waiting;
    sample.view.strip.certificate =
        Some(state.certificate).filter(CertificateState::is_on_the_strip);
    sample
}

fn staff() -> StaffAdminPage {
    let row = |id: &str, name: &str, role, state, last_seen| StaffRow {
        id: user(id),
        name: name.to_owned(),
        role,
        services: vec!["43".to_owned()],
        last_seen,
        state,
    };
    let rows = vec![
        row(
            "sato01",
            "佐藤 美咲",
            StaffRole::Administrator,
            StaffState::Active,
            Some(at(today(), 9, 45)),
        ),
        row(
            "yamazaki",
            "山﨑 由美",
            StaffRole::General,
            StaffState::PledgeDue,
            Some(at(day(2026, 6, 10), 16, 8)),
        ),
        row(
            "maria1",
            LONGEST,
            StaffRole::General,
            StaffState::PasscodeDue,
            None,
        ),
    ];
    StaffAdminPage {
        staff: Paged {
            rows,
            page: 0,
            pages: 2,
            total: 6,
        },
        active: 5,
    }
}

fn profile(screen: Screen, name: &str, office_warning: bool) -> Sample {
    let profile = FacilityProfile {
        corporation: "社会福祉法人 しおみひだまり会".to_owned(),
        office: OfficeNumber::parse("9970000015").expect("a fixture number"),
        name: "ひだまり居宅介護支援事業所".to_owned(),
        short_name: "ひだまり居宅".to_owned(),
        address: "汐見市汐見町1丁目2番3号 汐見ビル4階".to_owned(),
        phone: PhoneNumber::parse("0120-000-123").expect("a made-up number"),
        email: EmailAddress::parse("hidamari@example.jp").expect("a made-up address"),
        applicant: PersonName::parse("佐藤 美咲").expect("a made-up name"),
        access: AccessMethod::ClientCertificate,
    };
    let page = ProfilePage {
        profile,
        office_warning,
        editable: true,
    };
    sample(screen, name, Page::Profile(Box::new(page)))
}
