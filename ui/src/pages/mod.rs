//! One adapter a page: `show` puts a view's page into the properties of its Slint global,
//! `connect` turns the page's callbacks into touches.

pub mod answer;
pub mod answer_none;
pub mod attach;
pub mod card_pin;
pub mod card_prompt;
pub mod card_trouble;
pub mod client_list;
pub mod compare;
pub mod confirmed;
pub mod date;
pub mod decision;
pub mod diagnostics;
pub mod disclosure;
pub mod disclosure_person;
pub mod disclosure_review;
pub mod document;
pub mod eligibility;
pub mod help;
pub mod home;
pub mod inbox;
pub mod insured_number;
pub mod insurer;
pub mod item;
pub mod lock;
pub mod lockout;
pub mod look;
pub mod look_up_kind;
pub mod notice;
pub mod number_b;
pub mod outbox;
pub mod outbox_item;
mod parts;
pub mod passcode;
pub mod pledge;
pub mod profile;
pub mod purpose;
pub mod qualification;
pub mod reading;
pub mod saved;
pub mod self_test;
pub mod settings;
pub mod setup;
pub mod staff_admin;
pub mod staff_choice;
pub mod strip;
pub mod text_entry;
pub mod trouble;

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{Page, Paged, View};
use slint::{ComponentHandle, SharedString};

use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, PageName};

pub(crate) use parts::{DeskWords, note, on, visitor};

/// Connects the callbacks of every page.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    diagnostics::connect(ui, touches);
    help::connect(ui, touches);
    home::connect(ui, touches);
    lock::connect(ui, touches);
    lockout::connect(ui, touches);
    look::connect(ui, touches);
    passcode::connect(ui, touches);
    pledge::connect(ui, touches);
    profile::connect(ui, touches);
    settings::connect(ui, touches);
    setup::connect(ui, touches);
    staff_admin::connect(ui, touches);
    staff_choice::connect(ui, touches);
    answer::connect(ui, touches);
    answer_none::connect(ui, touches);
    attach::connect(ui, touches);
    card_pin::connect(ui, touches);
    card_prompt::connect(ui, touches);
    card_trouble::connect(ui, touches);
    client_list::connect(ui, touches);
    compare::connect(ui, touches);
    confirmed::connect(ui, touches);
    date::connect(ui, touches);
    decision::connect(ui, touches);
    disclosure::connect(ui, touches);
    disclosure_person::connect(ui, touches);
    disclosure_review::connect(ui, touches);
    qualification::connect(ui, touches);
    document::connect(ui, touches);
    inbox::connect(ui, touches);
    insured_number::connect(ui, touches);
    insurer::connect(ui, touches);
    look_up_kind::connect(ui, touches);
    notice::connect(ui, touches);
    number_b::connect(ui, touches);
    outbox::connect(ui, touches);
    outbox_item::connect(ui, touches);
    purpose::connect(ui, touches);
    reading::connect(ui, touches);
    saved::connect(ui, touches);
    self_test::connect(ui, touches);
    text_entry::connect(ui, touches);
    trouble::connect(ui, touches);
}

/// Shows a view: the strip, and the page that it holds.
pub fn show(view: &View, layout: Layout, ui: &Kiosk, words: &Words) {
    strip::show(view, ui, words);
    let today = view.strip.clock.map(|(today, ..)| today);
    let name = match &view.page {
        Page::Lock => {
            lock::show(&view.strip, ui, words);
            PageName::Lock
        }
        Page::StaffChoice(page) => {
            staff_choice::show(page, ui, words);
            PageName::StaffChoice
        }
        Page::Passcode(page) => {
            passcode::show(page, ui, words);
            PageName::Passcode
        }
        Page::Lockout(page) => {
            lockout::show(page, ui, words);
            PageName::Lockout
        }
        Page::NewPasscode(page) => {
            passcode::show_new(page, ui, words);
            PageName::NewPasscode
        }
        Page::Pledge => {
            pledge::show(view.staff.as_deref(), ui, words);
            PageName::Pledge
        }
        Page::Home(page) => {
            home::show(page, view.staff.as_deref(), ui, words);
            PageName::Home
        }
        Page::Settings(page) => {
            settings::show(page, ui, words);
            PageName::Settings
        }
        Page::CardPrompt(page) => {
            card_prompt::show(*page, ui);
            PageName::CardPrompt
        }
        Page::NumberB(page) => {
            number_b::show(page, ui, words);
            PageName::NumberB
        }
        Page::Reading(page) => {
            reading::show(*page, ui);
            PageName::Reading
        }
        Page::Compare(page) => {
            compare::show(page, ui.get_page() == PageName::Compare, layout, ui, words);
            PageName::Compare
        }
        Page::CardPin(page) => {
            card_pin::show(*page, ui, words);
            PageName::CardPin
        }
        Page::Confirmed(page) => {
            confirmed::show(page, ui, words);
            PageName::Confirmed
        }
        Page::PinResult(page) => {
            compare::show(
                page,
                ui.get_page() == PageName::PinResult,
                layout,
                ui,
                words,
            );
            PageName::PinResult
        }
        Page::CardTrouble(page) => {
            card_trouble::show(page, layout, ui, words);
            PageName::CardTrouble
        }
        Page::InsuredNumber(page) => {
            insured_number::show(page, ui, words);
            PageName::InsuredNumber
        }
        Page::Date(page) => {
            date::show(page, ui, words);
            PageName::Date
        }
        Page::Purpose(page) => {
            purpose::show(page, layout, ui, words);
            PageName::Purpose
        }
        Page::Answer(page) => {
            answer::show(page, today, layout, ui, words);
            PageName::Answer
        }
        Page::Eligibility(page) => {
            eligibility::show(page, layout, ui, words);
            PageName::Answer
        }
        Page::Saved(page) => {
            saved::show(page, ui, words);
            PageName::Saved
        }
        Page::AnswerNone(page) => {
            answer_none::show(page, layout, ui, words);
            PageName::AnswerNone
        }
        Page::ClientList(page) => {
            client_list::show(page, layout, ui, words);
            PageName::ClientList
        }
        Page::LookUpKind(page) => {
            look_up_kind::show(page, ui, words);
            PageName::LookUpKind
        }
        Page::InsurerChoice(page) => {
            insurer::show(page, ui, words);
            PageName::InsurerChoice
        }
        Page::Disclosure(page) => {
            disclosure::show(page, layout, ui, words);
            PageName::Disclosure
        }
        Page::DisclosurePerson(page) => {
            disclosure_person::show(page, ui, words);
            PageName::DisclosurePerson
        }
        Page::Attach(page) => {
            attach::show(page, layout, ui, words);
            PageName::Attach
        }
        Page::DisclosureReview(page) => {
            disclosure_review::show(page, ui, words);
            PageName::DisclosureReview
        }
        Page::Qualification(page) => {
            qualification::show(page, ui, words);
            PageName::Qualification
        }
        Page::TextEntry(page) => {
            text_entry::show(page, ui, words);
            PageName::TextEntry
        }
        Page::Outbox(page) => {
            outbox::show(page, today, layout, ui, words);
            PageName::Outbox
        }
        Page::OutboxItem(page) => {
            outbox_item::show(page, today, layout, ui, words);
            PageName::OutboxItem
        }
        Page::Decision(page) => {
            decision::show(page, today, layout, ui, words);
            PageName::Decision
        }
        Page::Inbox(page) => {
            inbox::show(page, today, layout, ui, words);
            PageName::Inbox
        }
        Page::Document(page) => {
            document::show(page, ui, words);
            PageName::Document
        }
        Page::Notice(page) => {
            let again = ui.get_page() == PageName::Notice;
            notice::show(page, again, today, layout, ui, words);
            PageName::Notice
        }
        Page::Help(page) => {
            help::show(page, ui, words);
            PageName::Help
        }
        Page::HelpTopic(page) => {
            help::show_topic(page, ui, words);
            PageName::HelpTopic
        }
        Page::Diagnostics(page) => {
            diagnostics::show(page, ui, words);
            PageName::Diagnostics
        }
        Page::StaffAdmin(page) => {
            staff_admin::show(page, today, layout.rows_per_page(), ui, words);
            PageName::StaffAdmin
        }
        Page::StaffEdit(page) => {
            staff_admin::show_edit(page, view.screen, ui, words);
            PageName::StaffEdit
        }
        Page::Look => {
            look::show(view.look, ui);
            PageName::Look
        }
        Page::Profile(page) => {
            let again = ui.get_page() == PageName::Profile;
            profile::show(page, view.screen, again, ui, words);
            PageName::Profile
        }
        Page::CardMode { pin_mode } => {
            look::show_card_mode(*pin_mode, ui);
            PageName::CardMode
        }
        Page::Trouble(page) => {
            trouble::show(page, ui, words);
            PageName::Trouble
        }
        Page::Slip(page) => {
            trouble::show_slip(page, ui, words);
            PageName::Slip
        }
        Page::SetupWelcome => {
            setup::show(ui, words);
            PageName::SetupWelcome
        }
        Page::SetupEnrolling(page) => {
            setup::show_enrolling(page, ui, words);
            PageName::SetupEnrolling
        }
        Page::SetupDone => {
            setup::show(ui, words);
            PageName::SetupDone
        }
        Page::SelfTestTouch(page) => {
            self_test::show_touch(*page, ui, words);
            PageName::SelftestTouch
        }
        Page::SelfTestColour(colour) => {
            self_test::show_colour(*colour, ui, words);
            PageName::SelftestColour
        }
        Page::SelfTestPart(page) => {
            self_test::show_part(*page, ui, words);
            PageName::SelftestPart
        }
        Page::SelfTestResult(page) => {
            self_test::show_result(page, ui, words);
            PageName::SelftestResult
        }
    };
    // Nothing about a visitor stays behind the next page.
    if !matches!(name, PageName::Compare | PageName::PinResult) {
        compare::clear(ui);
    }
    if name != PageName::Document {
        document::clear(ui);
    }
    ui.set_page(name);
}

/// Page and number of pages as the pager counts them: from 1.
pub(crate) fn pager<T>(paged: &Paged<T>) -> (i32, i32) {
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    (
        count(paged.page.saturating_add(1)),
        count(paged.pages.max(1)),
    )
}

/// What a pager sends: the terminal turns one page at a time, and from the last to the first.
pub(crate) fn turn(
    ui: &Kiosk,
    touches: &Touches,
    page_now: impl Fn(&Kiosk) -> i32 + 'static,
) -> impl Fn(i32) + 'static {
    let (weak, send) = (ui.as_weak(), touches.clone());
    move |page| {
        let Some(ui) = weak.upgrade() else { return };
        let back = page == page_now(&ui) - 1;
        send(if back {
            Touch::PrevPage
        } else {
            Touch::NextPage
        });
    }
}

/// What a keypad sends.
pub(crate) fn digit(touches: &Touches) -> impl Fn(SharedString) + 'static {
    let send = touches.clone();
    move |key| {
        if let Ok(digit) = key.parse() {
            send(Touch::Digit(digit));
        }
    }
}

/// A place in a list, as Slint counts it.
pub(crate) fn place(place: i32) -> usize {
    usize::try_from(place).unwrap_or(0)
}
