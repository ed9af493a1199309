//! H, J, K and S: help, administration, troubles, set-up.

use protocol::calendar::Timestamp;
use protocol::facility::FacilityProfile;
use protocol::help::HelpTopic;
use protocol::number::UserId;
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;

use super::{DeskState, Paged};
use crate::sync::CertificateState;
use crate::terminal::screen::Screen;
use crate::update::Stage;

/// H-1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpPage {
    /// Topics.
    pub topics: Paged<HelpTopic>,
    /// Desks with their hours.
    pub desks: Vec<DeskState>,
}

/// H-2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpTopicPage {
    /// Topic.
    pub topic: HelpTopic,
    /// The right desk.
    pub desk: Option<DeskState>,
}

/// J-1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagnosticsPage {
    /// 端末固有ID.
    pub device: Option<String>,
    /// Lines, each with a verdict.
    pub lines: Vec<DiagnosticLine>,
}

/// One line of the diagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagnosticLine {
    /// What was looked at.
    pub part: DiagnosticPart,
    /// Verdict.
    pub verdict: Verdict,
    /// Number that belongs to it (days left, items waiting …).
    pub value: Option<i64>,
    /// What more is said about it.
    pub note: Option<DiagnosticNote>,
}

/// What more is said about a part than its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiagnosticNote {
    /// The certificate: days and light.
    Certificate(CertificateState),
    /// The system that runs, and the one that is offered.
    Update {
        /// Version that runs.
        running: String,
        /// Version that is offered, and how far it came.
        offered: Option<(String, Stage)>,
    },
}

/// What the diagnostics look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiagnosticPart {
    /// Card reader.
    Reader,
    /// Card application.
    Card,
    /// Clock.
    Clock,
    /// Encrypted file.
    Vault,
    /// Certificate, days left.
    Certificate,
    /// Gateway.
    Gateway,
    /// Queue, items waiting.
    Queue,
    /// The system that runs, and the one that is offered.
    Update,
    /// One part of the board.
    Board(hal::board::Part),
    /// All parts of the board; its number says how many do not work.
    Parts,
}

/// Verdict of a diagnostic line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All right.
    Good,
    /// Works, look at it.
    Watch,
    /// Does not work.
    Bad,
    /// Not known yet.
    Unknown,
}

/// J-2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffAdminPage {
    /// Staff.
    pub staff: Paged<StaffRow>,
    /// Who can work.
    pub active: usize,
}

/// One member of staff for the administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRow {
    /// Id.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// Role.
    pub role: StaffRole,
    /// サービス種類 codes.
    pub services: Vec<String>,
    /// Last unlock.
    pub last_seen: Option<Timestamp>,
    /// State.
    pub state: StaffState,
}

/// State of a member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffState {
    /// 使えます
    Active,
    /// 誓約がまだ
    PledgeDue,
    /// パスコードがまだ
    PasscodeDue,
    /// 一時停止中
    LockedOut,
    /// 止めました
    Stopped,
}

/// J-3 and S-5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffEditPage {
    /// Id, once chosen.
    pub id: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Role.
    pub role: StaffRole,
    /// Roles this person may give.
    pub roles: Vec<StaffRole>,
    /// Existing member (changes) or new.
    pub existing: bool,
    /// State of an existing member.
    pub state: Option<StaffState>,
    /// The second touch of 「止める」 is awaited.
    pub confirm_stop: bool,
    /// This person may give the member a new passcode.
    pub passcode: bool,
    /// Everything is there.
    pub complete: bool,
    /// Members entered so far (set-up).
    pub entered: usize,
    /// What is wrong.
    pub note: Option<ProblemCode>,
}

/// J-5 and the summary at the end of set-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfilePage {
    /// The profile.
    pub profile: FacilityProfile,
    /// The office number's check digit does not match.
    pub office_warning: bool,
    /// May this person change it?
    pub editable: bool,
}

/// K-1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TroublePage {
    /// Code; the words of the three facts hang on it.
    pub code: ProblemCode,
    /// A number for the facts (items saved …).
    pub count: u64,
    /// The way out.
    pub way_out: WayOut,
    /// The slip.
    pub slip: Slip,
    /// Whom to call.
    pub desk: Option<DeskState>,
}

/// Where the main action of K-1 leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayOut {
    /// To the home screen, or the lock screen when locked.
    Home,
    /// 送信箱を見る
    Outbox,
    /// もう一度ためす
    Retry,
    /// 閉じる: back to where it was opened.
    Close,
}

/// 問い合わせ票: what a desk needs to know, without personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// 事業所名.
    pub office_name: String,
    /// 事業所番号.
    pub office: String,
    /// 端末固有ID.
    pub device: String,
    /// When.
    pub at: Option<Timestamp>,
    /// User kind of the person at the desk.
    pub role: Option<StaffRole>,
    /// Screen on which it happened.
    pub screen: Screen,
    /// Code.
    pub code: Option<ProblemCode>,
    /// Build.
    pub version: String,
}

impl Slip {
    /// The text of the QR code: one `key=value` a line, ASCII keys.
    #[must_use]
    pub fn qr_text(&self) -> String {
        let at = self.at.map_or_else(|| "-".to_owned(), |at| at.to_string());
        let role = self.role.map_or("-", |role| match role {
            StaffRole::Setup => "setup",
            StaffRole::Administrator => "administrator",
            StaffRole::General => "general",
            StaffRole::Technician => "technician",
        });
        let code = self.code.as_ref().map_or("-", |code| code.as_str());
        format!(
            "office={}\nname={}\ndevice={}\nat={at}\nrole={role}\nscreen={}\ncode={code}\nversion={}",
            self.office,
            self.office_name,
            self.device,
            self.screen.number(),
            self.version,
        )
    }
}

/// S-3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrollingPage {
    /// Steps done, 0–3: key made, certificate received, gateway answered.
    pub done: usize,
    /// What stopped it.
    pub trouble: Option<ProblemCode>,
    /// Who is called about it; `None` where the card of the unit names nobody.
    pub desk: Option<DeskState>,
}

impl EnrollingPage {
    /// The gateway will not take the same token at another time, either.
    #[must_use]
    pub fn type_again(&self) -> bool {
        matches!(
            self.trouble,
            Some(
                ProblemCode::EnrolTokenUnknown
                    | ProblemCode::EnrolTokenUsed
                    | ProblemCode::EnrolTokenExpired
            )
        )
    }
}
