//! What several adapters share: plain buttons, visitors' names, notes, the desk to call.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{DeskState, Open};
use protocol::problem::ProblemCode;

use super::trouble;
use crate::layout::Layout;
use crate::say;
use crate::screen::Touches;
use crate::words::Words;

/// A button that always means the same touch.
pub(crate) fn on(touches: &Touches, touch: Touch) -> impl Fn() + 'static {
    let send = touches.clone();
    move || send(touch.clone())
}

/// A visitor's name as it is said: 青木 ハル 様.
pub(crate) fn visitor(name: &str, words: &Words) -> String {
    words.say_with("person-visitor", &[("name", name.into())])
}

/// What is wrong with what was typed, short enough to stand beside it.
pub(crate) fn note(code: Option<&ProblemCode>, words: &Words) -> String {
    code.map(|code| trouble::facts(code, 0, words).title)
        .unwrap_or_default()
}

/// A desk in words.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct DeskWords {
    /// 汐見市 介護保険課; empty when no desk is known.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// 今は受付中(17:15まで); short on the small screen.
    pub hours: String,
    /// It answers now.
    pub open: bool,
}

impl DeskWords {
    pub(crate) fn of(desk: Option<&DeskState>, layout: Layout, words: &Words) -> Self {
        let Some(desk) = desk else {
            return Self::default();
        };
        let hours = match layout {
            Layout::Seven => say::open_short(desk.open, words),
            Layout::Ten | Layout::Portable => say::open(desk.open, words),
        };
        Self {
            name: say::desk_name(desk),
            phone: desk.desk.phone.to_string(),
            hours,
            open: matches!(desk.open, Some(Open::Until(_))),
        }
    }
}
