//! S-1 … S-6: welcome, token, enrolling, profile, staff, done. Between welcome and token a new
//! unit tests itself, once.

mod steps;

use protocol::facility::FacilityProfile;
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;

use super::lock::LockFlow;
use super::look;
use super::profile::{build, page_of, text_of};
use super::selftest::SelfTestFlow;
use super::staff_form::StaffForm;
use super::trouble::{SlipFlow, desk_of, slip, wiped_page};
use crate::error::Problem;
use crate::setup::{self, Draft, Loaded, PROFILE_FIELDS, SelfTestState};
use crate::store::StoreReply;
use crate::sync::SyncReport;
use crate::terminal::desk::Desk;
use crate::terminal::effect::{Effect, Input};
use crate::terminal::entry::TextEntry;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::line;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{EnrollingPage, Page, TextField, WayOut};

/// Roles that can be given during set-up, the technician standing by.
const ROLES: [StaffRole; 4] = [
    StaffRole::Administrator,
    StaffRole::General,
    StaffRole::Setup,
    StaffRole::Technician,
];

/// Steps of S-3 when everything is done.
const ENROLLED: usize = 3;

/// Where set-up stands.
enum Step {
    /// What was here before was destroyed; says so before anything else.
    Wiped,
    Welcome,
    Token(TextEntry),
    Enrolling {
        token: String,
        done: usize,
        trouble: Option<ProblemCode>,
    },
    Profile {
        index: usize,
        entry: TextEntry,
    },
    Summary(Box<FacilityProfile>),
    Staff(Box<StaffForm>),
    Done,
}

/// Set-up, resumed where it stopped.
pub struct SetupFlow {
    step: Step,
    draft: Draft,
    /// Members who can work.
    able: usize,
    administrator: bool,
    self_test: SelfTestState,
    /// The self-test was opened from here.
    testing: bool,
    loading: Waiting,
    drafting: Waiting,
    profile: Waiting,
    saving: Waiting,
    finishing: Waiting,
    look: Waiting,
}

impl SetupFlow {
    /// Goes on where the vault says set-up stopped.
    #[must_use]
    pub fn resume(loaded: &Loaded) -> Self {
        let mut flow = Self {
            step: Step::Welcome,
            draft: Draft {
                texts: vec![String::new(); PROFILE_FIELDS.len()],
                shown: None,
            },
            able: 0,
            administrator: false,
            self_test: SelfTestState::default(),
            testing: false,
            loading: Waiting::default(),
            drafting: Waiting::default(),
            profile: Waiting::default(),
            saving: Waiting::default(),
            finishing: Waiting::default(),
            look: Waiting::default(),
        };
        flow.know(loaded);
        if loaded.device.is_some() {
            flow.step = flow.after_enrolment(loaded);
        } else if loaded.wiped {
            flow.step = Step::Wiped;
        }
        flow
    }

    fn know(&mut self, loaded: &Loaded) {
        self.self_test = loaded.self_test.clone();
        for (mine, kept) in self.draft.texts.iter_mut().zip(&loaded.draft.texts) {
            if mine.is_empty() {
                mine.clone_from(kept);
            }
        }
        if self.draft.shown.is_none() {
            self.draft.shown.clone_from(&loaded.draft.shown);
        }
        // What another terminal of the office said need not be typed, only looked at.
        if let Some(heard) = &loaded.heard {
            for (mine, field) in self.draft.texts.iter_mut().zip(PROFILE_FIELDS) {
                let shown = self.draft.shown.as_ref();
                let shown = shown.map_or_else(String::new, |shown| text_of(shown, field));
                *mine = setup::follow(mine, &shown, &text_of(heard, field));
            }
            self.draft.shown = Some(Box::new(heard.clone()));
        }
        if let Some(profile) = &loaded.profile {
            self.draft.texts = PROFILE_FIELDS.map(|field| text_of(profile, field)).to_vec();
        }
        let able: Vec<_> = loaded
            .staff
            .iter()
            .filter(|member| member.record.active && member.has_passcode)
            .collect();
        self.able = able.len();
        self.administrator = able
            .iter()
            .any(|member| member.record.role == StaffRole::Administrator);
    }

    fn after_enrolment(&mut self, loaded: &Loaded) -> Step {
        if loaded.profile.is_some() {
            return Step::Staff(Box::new(self.form()));
        }
        // What the gateway knows need not be typed.
        if let Some(facility) = &loaded.facility {
            let name: String = facility.name.clone();
            let short: String = name.chars().take(8).collect();
            for (field, text) in [
                (TextField::Office, facility.office.as_str().to_owned()),
                (TextField::OfficeName, name),
                (TextField::ShortName, short),
            ] {
                if let Some(index) = PROFILE_FIELDS.iter().position(|known| *known == field)
                    && self.draft.texts[index].is_empty()
                {
                    self.draft.texts[index] = text;
                }
            }
        }
        match build(&self.draft.texts) {
            Ok(profile) => Step::Summary(Box::new(profile)),
            // The prefilled ones are passed through too, to be looked at, but first what is
            // missing.
            Err((index, _)) => self.field(index),
        }
    }

    fn field(&self, index: usize) -> Step {
        let index = index.min(PROFILE_FIELDS.len() - 1);
        let entry = TextEntry::with(PROFILE_FIELDS[index], &self.draft.texts[index]);
        Step::Profile { index, entry }
    }

    fn form(&self) -> StaffForm {
        let role = if self.administrator {
            StaffRole::General
        } else {
            StaffRole::Administrator
        };
        StaffForm::new(role)
    }

    fn load(&mut self, desk: &mut Desk) {
        let ticket = desk.store(setup::Job::Load);
        self.loading.start(ticket);
    }

    fn stored(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        let Input::Stored(ticket, result) = input else {
            return Next::Stay;
        };
        let ticket = *ticket;
        if self.loading.take(ticket) {
            if let Ok(StoreReply::Setup(setup::Reply::Loaded(loaded))) = result {
                line::known(desk, loaded);
                self.know(loaded);
                match &self.step {
                    Step::Enrolling { .. } => self.step = self.after_enrolment(loaded),
                    Step::Staff(_) => self.step = Step::Staff(Box::new(self.form())),
                    // Back from the self-test, which was seen to its end.
                    Step::Welcome if self.self_test.finished => {
                        self.step = Step::Token(TextEntry::new(TextField::Token));
                    }
                    _ => {}
                }
                return Next::Stay;
            }
        } else if self.profile.take(ticket) {
            if let Ok(reply) = result {
                if let StoreReply::Setup(setup::Reply::Profile(kept)) = reply {
                    desk.profile = Some((**kept).clone());
                }
                self.step = Step::Staff(Box::new(self.form()));
            }
        } else if self.saving.take(ticket) {
            if result.is_ok() {
                return self.choose_passcode();
            }
        } else if self.finishing.take(ticket) {
            if result.is_ok() {
                self.step = Step::Done;
                desk.effect(Effect::WakeSync);
            }
        } else if !self.drafting.take(ticket) && !self.look.take(ticket) {
            return Next::Stay;
        }
        match result {
            Err(Problem::Refused(code)) => {
                let code = code.clone();
                if let Step::Staff(form) = &mut self.step {
                    form.set_note(code);
                    return Next::Stay;
                }
                Next::Trouble(Problem::Refused(code))
            }
            Err(problem) => Next::Trouble(problem.clone()),
            Ok(_) => Next::Stay,
        }
    }
}

fn enrolling(done: usize, trouble: Option<&ProblemCode>, desk: &Desk) -> EnrollingPage {
    EnrollingPage {
        done,
        trouble: trouble.cloned(),
        desk: trouble.and_then(|code| desk_of(code, desk)),
    }
}

impl Flow for SetupFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        match self.step {
            Step::Wiped => Screen::Trouble,
            Step::Welcome => Screen::SetupWelcome,
            Step::Token(_) => Screen::SetupToken,
            Step::Enrolling { .. } => Screen::SetupEnrolling,
            Step::Profile { .. } => Screen::SetupProfile,
            Step::Summary(_) => Screen::Profile,
            Step::Staff(_) => Screen::SetupStaff,
            Step::Done => Screen::SetupDone,
        }
    }

    fn page(&self, desk: &Desk) -> Page {
        match &self.step {
            Step::Wiped => wiped_page(WayOut::Close, desk),
            Step::Welcome => Page::SetupWelcome,
            Step::Token(entry) => Page::TextEntry(entry.page(None)),
            Step::Enrolling { done, trouble, .. } => {
                Page::SetupEnrolling(enrolling(*done, trouble.as_ref(), desk))
            }
            Step::Profile { index, entry } => {
                Page::TextEntry(entry.page(Some((index + 1, PROFILE_FIELDS.len()))))
            }
            Step::Summary(profile) => page_of(profile, true, desk),
            Step::Staff(form) => form.page(&ROLES, false, false, self.able),
            Step::Done => Page::SetupDone,
        }
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        // Somebody has just chosen a passcode, or gone back from it; or the self-test is left.
        let tested = matches!(self.step, Step::Welcome) && !self.self_test.finished;
        if matches!(self.step, Step::Staff(_)) || (tested && self.testing) {
            self.load(desk);
        }
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match &mut self.step {
            Step::Wiped => match touch {
                Touch::Main => {
                    self.step = Step::Welcome;
                    Next::Stay
                }
                Touch::Second | Touch::Print | Touch::ShowSlip => {
                    let code = Some(ProblemCode::DeviceWiped);
                    let slip = slip(desk, Screen::Trouble, code);
                    Next::Open(Box::new(SlipFlow::new(slip)))
                }
                _ => Next::Stay,
            },
            Step::Welcome => {
                if touch == Touch::Main && !self.self_test.finished {
                    self.testing = true;
                    let state = self.self_test.clone();
                    return Next::Open(Box::new(SelfTestFlow::in_set_up(state)));
                }
                if touch == Touch::Main {
                    self.step = Step::Token(TextEntry::new(TextField::Token));
                } else if look::change(&touch, desk) {
                    let ticket = desk.store(setup::Job::KeepLook(desk.look));
                    self.look.start(ticket);
                }
                Next::Stay
            }
            Step::Token(_) => self.token(&touch, desk),
            Step::Enrolling {
                token,
                done,
                trouble: Some(code),
            } => match touch {
                Touch::Main if enrolling(*done, Some(code), desk).type_again() => {
                    // A slip of the finger is mended; one that is over is of no use any more.
                    let slipped = *code == ProblemCode::EnrolTokenUnknown;
                    let typed = if slipped { token.as_str() } else { "" };
                    self.step = Step::Token(TextEntry::with(TextField::Token, typed));
                    Next::Stay
                }
                Touch::Main => {
                    let token = token.clone();
                    self.enrol(token, desk)
                }
                Touch::Back => {
                    self.step = Step::Token(TextEntry::with(TextField::Token, token));
                    Next::Stay
                }
                _ => Next::Stay,
            },
            Step::Enrolling { .. } => Next::Stay,
            Step::Profile { .. } => self.typing(&touch, desk),
            Step::Summary(_) => self.summary(&touch, desk),
            Step::Staff(_) => self.staff(&touch, desk),
            Step::Done if touch == Touch::Main => Next::Replace(Box::new(LockFlow)),
            Step::Done => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match input {
            Input::Synced(SyncReport::Enrolled(result)) => {
                if let Step::Enrolling { done, trouble, .. } = &mut self.step {
                    match result {
                        Ok(_) => {
                            *done = ENROLLED;
                            self.load(desk);
                        }
                        Err(problem) => *trouble = Some(problem.code()),
                    }
                }
                Next::Stay
            }
            Input::Stored(..) => self.stored(input, desk),
            _ => Next::Stay,
        }
    }

    fn before_unlock(&self) -> bool {
        true
    }
}
