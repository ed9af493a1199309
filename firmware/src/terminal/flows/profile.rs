//! J-5: the office's profile; and the fields it shares with set-up (S-4).

use protocol::facility::{AccessMethod, FacilityProfile};
use protocol::number::OfficeNumber;
use protocol::problem::ProblemCode;
use protocol::text::{EmailAddress, PersonName, PhoneNumber, free_text};

use crate::setup::{self, PROFILE_FIELDS};
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::{Effect, Input};
use crate::terminal::entry::{TextEntry, max_chars};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{Page, ProfilePage, TextField};

/// What a field of the profile holds, as it is typed.
#[must_use]
pub fn text_of(profile: &FacilityProfile, field: TextField) -> String {
    match field {
        TextField::Corporation => profile.corporation.clone(),
        TextField::Office => profile.office.as_str().to_owned(),
        TextField::OfficeName => profile.name.clone(),
        TextField::ShortName => profile.short_name.clone(),
        TextField::Address => profile.address.clone(),
        TextField::Phone => profile.phone.as_str().to_owned(),
        TextField::Email => profile.email.as_str().to_owned(),
        TextField::Applicant => profile.applicant.as_str().to_owned(),
        _ => String::new(),
    }
}

/// Reads one field; the text as it will be kept.
///
/// # Errors
/// Why the text is not one of this field. An individual number is refused in every field.
pub fn check(field: TextField, text: &str) -> Result<String, ProblemCode> {
    match field {
        TextField::Office => OfficeNumber::parse(text)
            .map(|office| office.as_str().to_owned())
            .map_err(|error| error.code()),
        TextField::Phone => PhoneNumber::parse(text)
            .map(|phone| phone.as_str().to_owned())
            .map_err(|error| error.code()),
        TextField::Email => EmailAddress::parse(text)
            .map(|email| email.as_str().to_owned())
            .map_err(|error| error.code()),
        TextField::Applicant => PersonName::parse(text)
            .map(|name| name.as_str().to_owned())
            .map_err(|error| error.code()),
        _ => free_text(text, max_chars(field)).map_err(|error| error.code()),
    }
}

/// Puts the fields together, in the order of [`PROFILE_FIELDS`].
///
/// # Errors
/// The position of the first field that is missing or wrong, and why.
pub fn build(texts: &[String]) -> Result<FacilityProfile, (usize, ProblemCode)> {
    let get = |index: usize| -> Result<String, (usize, ProblemCode)> {
        let text = texts.get(index).map_or("", String::as_str);
        if text.trim().is_empty() {
            return Err((index, ProblemCode::InputMissing));
        }
        check(PROFILE_FIELDS[index], text).map_err(|code| (index, code))
    };
    Ok(FacilityProfile {
        corporation: get(0)?,
        office: OfficeNumber::parse(&get(1)?).map_err(|error| (1, error.code()))?,
        name: get(2)?,
        short_name: get(3)?,
        address: get(4)?,
        phone: PhoneNumber::parse(&get(5)?).map_err(|error| (5, error.code()))?,
        email: EmailAddress::parse(&get(6)?).map_err(|error| (6, error.code()))?,
        applicant: PersonName::parse(&get(7)?).map_err(|error| (7, error.code()))?,
        access: AccessMethod::ClientCertificate,
    })
}

/// The page of a profile. A check digit that does not match, or another number than the
/// terminal was enrolled for, is a warning, never a stop (U10, X14).
#[must_use]
pub fn page_of(profile: &FacilityProfile, editable: bool, desk: &Desk) -> Page {
    let other = desk
        .facility
        .as_ref()
        .is_some_and(|facility| facility.office != profile.office);
    Page::Profile(Box::new(ProfilePage {
        profile: profile.clone(),
        office_warning: other || !profile.office.check_digit_ok(),
        editable,
    }))
}

/// J-5.
#[derive(Default)]
pub struct ProfileFlow {
    /// A field is typed, of the profile that was on the screen then.
    entering: Option<(usize, TextEntry, Box<FacilityProfile>)>,
    kept: Waiting,
}

impl ProfileFlow {
    fn keyboard(&mut self, touch: &Touch, desk: &mut Desk) -> Next {
        let Some((index, entry, shown)) = &mut self.entering else {
            return Next::Stay;
        };
        match touch {
            Touch::Back => self.entering = None,
            Touch::Main => {
                let mut texts = PROFILE_FIELDS.map(|field| text_of(shown, field));
                texts[*index] = entry.text().to_owned();
                match build(&texts) {
                    Ok(changed) => {
                        let shown = shown.clone();
                        return self.keep(changed, shown, desk);
                    }
                    Err((_, code)) => entry.set_note(code),
                }
            }
            touch => {
                entry.touch(touch);
            }
        }
        Next::Stay
    }

    fn keep(
        &mut self,
        changed: FacilityProfile,
        shown: Box<FacilityProfile>,
        desk: &mut Desk,
    ) -> Next {
        self.entering = None;
        if *shown == changed || self.kept.is_waiting() {
            return Next::Stay;
        }
        let Some(session) = desk.session.clone() else {
            return Next::Lock;
        };
        let command = desk.command_id();
        let ticket = desk.store(setup::Job::KeepProfile {
            by: Some(session.staff),
            profile: Box::new(changed),
            shown: Some(shown),
            command,
        });
        self.kept.start(ticket);
        Next::Stay
    }
}

impl Flow for ProfileFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Profile
    }

    fn page(&self, desk: &Desk) -> Page {
        match (&self.entering, &desk.profile) {
            (Some((_, entry, _)), _) => Page::TextEntry(entry.page(None)),
            (None, Some(profile)) => page_of(profile, true, desk),
            // Only before set-up, when nobody can come here.
            (None, None) => {
                Page::Settings(crate::terminal::view::SettingsPage { rows: Vec::new() })
            }
        }
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        if desk.profile.is_none() {
            Next::Back
        } else {
            Next::Stay
        }
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        if self.entering.is_some() {
            return self.keyboard(&touch, desk);
        }
        match touch {
            Touch::Back | Touch::Main => Next::Back,
            Touch::Field(index) if !self.kept.is_waiting() => {
                if let (Some(field), Some(profile)) = (PROFILE_FIELDS.get(index), &desk.profile) {
                    let text = text_of(profile, *field);
                    let entry = TextEntry::with(*field, &text);
                    self.entering = Some((index, entry, Box::new(profile.clone())));
                }
                Next::Stay
            }
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match input {
            Input::Stored(ticket, result) if self.kept.take(*ticket) => match result {
                Ok(reply) => {
                    if let StoreReply::Setup(setup::Reply::Profile(kept)) = reply {
                        desk.profile = Some((**kept).clone());
                    }
                    desk.effect(Effect::WakeSync);
                    Next::Stay
                }
                Err(problem) => Next::Trouble(problem.clone()),
            },
            _ => Next::Stay,
        }
    }
}
