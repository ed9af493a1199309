//! E-7: 保有資格 of who applies.

use firmware::request::Qualification;
use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use slint::ComponentHandle;

use super::{on, place};
use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, QualificationPage};

/// Fills the page.
pub fn show(page: &view::QualificationPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<QualificationPage>();
    let applicant = words.say_with("person-staff", &[("name", page.applicant.as_str().into())]);
    global.set_applicant(applicant.into());
    let chosen = Qualification::ALL
        .iter()
        .position(|one| Some(*one) == page.held)
        .and_then(|place| i32::try_from(place).ok());
    global.set_chosen(chosen.unwrap_or(-1));
}

/// The word for one.
pub fn word(held: Qualification, words: &Words) -> String {
    words.say(match held {
        Qualification::CareManager => "qualification-care-manager",
        Qualification::SeniorCareManager => "qualification-senior",
        Qualification::Nurse => "qualification-nurse",
        Qualification::SocialWorker => "qualification-social-worker",
        Qualification::CareWorker => "qualification-care-worker",
        Qualification::None => "qualification-none",
    })
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<QualificationPage>();
    let send = touches.clone();
    global.on_choose(move |chosen| send(Touch::Row(place(chosen))));
    global.on_back(on(touches, Touch::Back));
}
