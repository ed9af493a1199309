//! The doors to the work behind the home screen, so that who opens one need not know the room.

use crate::terminal::desk::Desk;
use crate::terminal::flow::Next;

/// How far is a certification? With the person in hand, or without.
pub fn look_up(desk: &mut Desk) -> Next {
    Next::Open(super::lookup::start(desk))
}

/// What does the 被保険者証 say? With the person in hand, or without.
pub fn eligibility(desk: &mut Desk) -> Next {
    Next::Open(super::lookup::start_eligibility(desk))
}

/// The disclosure request.
pub fn request(desk: &mut Desk) -> Next {
    Next::Open(super::disclosure::start(desk))
}

/// Adds the person in hand to the disclosure request.
pub fn add_to_request(desk: &mut Desk) -> Next {
    Next::Open(super::disclosure::add_person(desk))
}

/// Documents and notices.
pub fn inbox(desk: &mut Desk) -> Next {
    Next::Open(super::inbox::start(desk))
}

/// How far did everything get?
pub fn outbox(desk: &mut Desk) -> Next {
    Next::Open(super::outbox::start(desk))
}
