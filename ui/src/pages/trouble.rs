//! K-1 and K-2: something happened, and the enquiry slip.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, Open, Slip, WayOut};
use protocol::problem::ProblemCode;
use slint::ComponentHandle;

use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, Shape, SlipPage, Theme, TroublePage, code, rows, say};

/// A problem in the words of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The heading.
    pub title: String,
    /// 起きたこと
    pub happened: String,
    /// 無事なもの
    pub safe: String,
    /// つぎに
    pub next: String,
}

/// The words of a problem. A code without words of its own (from a newer gateway, or one that
/// only engineers meet) has those of its subject, and in the end those of any problem.
#[must_use]
pub fn facts(code: &ProblemCode, count: u64, words: &Words) -> Facts {
    let key = code.key();
    let subject = key.splitn(3, '-').take(2).collect::<Vec<_>>().join("-");
    let say = |attribute: &str| {
        [key.as_str(), &subject, "mdg-any"]
            .iter()
            .map(|name| match attribute {
                "" => (*name).to_owned(),
                attribute => format!("{name}.{attribute}"),
            })
            .find(|key| words.knows(key))
            .map(|key| words.say_with(&key, &[("count", count.into())]))
            .unwrap_or_default()
    };
    Facts {
        title: say(""),
        happened: say("happened"),
        safe: say("safe"),
        next: say("next"),
    }
}

/// Fills K-1.
pub fn show(page: &view::TroublePage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<TroublePage>();
    let facts = facts(&page.code, page.count, words);
    let narrow = ui.global::<Theme>().get_shape() == Shape::Seven;
    let long_desk = page
        .desk
        .as_ref()
        .is_some_and(|desk| width(&desk.desk.name) + width(desk.desk.phone.as_str()) > NARROW_DESK);
    let beside = match ui.global::<Theme>().get_shape() {
        Shape::Ten => true,
        Shape::Portable => false,
        // Larger text, or a desk and words that both need two lines: the code gives way.
        Shape::Seven => {
            ui.global::<Theme>().get_text_size() == 0 && (!long_desk || facts.fit_narrow())
        }
    };
    global.set_beside(beside);
    let own_line = narrow && beside && long_desk;
    global.set_title(facts.title.into());
    global.set_happened(facts.happened.into());
    global.set_safe(facts.safe.into());
    global.set_next(facts.next.into());
    // Before the first contact, the paper that came with the unit names the desk.
    let nobody = || {
        let enrolled = !page.slip.office_name.is_empty();
        // The sheet was destroyed when the unit was enrolled first.
        let had_one = page.code == ProblemCode::DeviceWiped;
        let desk = if enrolled || had_one {
            String::new()
        } else {
            words.say("desk-on-sheet")
        };
        (desk, String::new(), String::new(), false)
    };
    let (desk, phone, open, now) = page.desk.as_ref().map_or_else(nobody, |desk| {
        let (name, phone) = (desk.desk.name.clone(), desk.desk.phone.to_string());
        let (name, phone) = match own_line {
            true => (name, phone),
            false => (format!("{name} {phone}"), String::new()),
        };
        (
            name,
            phone,
            say::open_short(desk.open, words),
            matches!(desk.open, Some(Open::Until(_))),
        )
    });
    global.set_desk(desk.into());
    global.set_phone(phone.into());
    global.set_open(open.into());
    global.set_open_now(now);
    global.set_slip_line(slip_line(&page.slip, ui).into());
    global.set_code(code::image(&page.slip.qr_text(), code_pixels(ui, false)));
    // A terminal that was erased has no home screen.
    let homeless = page.code == ProblemCode::DeviceWiped;
    global.set_other_home(page.way_out != WayOut::Home && !homeless);
    let (main, short) = match page.way_out {
        WayOut::Home => ("act-home", "act-home"),
        WayOut::Outbox => ("trouble-outbox", "trouble-outbox-short"),
        WayOut::Retry => ("act-again", "act-again"),
        WayOut::Close => ("act-close", "act-close"),
    };
    global.set_main(words.say(main).into());
    global.set_main_short(words.say(short).into());
}

/// Room beside the code on the 7″ screen, in half-width letters: for a desk and its number where
/// it is said whether they answer now, for a heading, and for a fact.
const NARROW_DESK: usize = 19;
const NARROW_TITLE: usize = 24;
const NARROW_FACT: usize = 36;

impl Facts {
    /// Each stands on one line beside the code on the 7″ screen.
    fn fit_narrow(&self) -> bool {
        let fits = |text: &String| width(text) <= NARROW_FACT;
        width(&self.title) <= NARROW_TITLE
            && [&self.happened, &self.safe, &self.next]
                .into_iter()
                .all(fits)
    }
}

/// Letters of Latin count half.
fn width(text: &str) -> usize {
    text.chars()
        .map(|letter| if letter.is_ascii() { 1 } else { 2 })
        .sum()
}

/// Letters of code and device that stand on one line of the 7″ screen.
const NARROW_LINE: usize = 32;

/// Code, device and time: what a desk asks for first. The 7″ screen has room for one line: the
/// time is on the strip, and beside a long code the device is in the QR code and on J-1 only.
fn slip_line(slip: &Slip, ui: &Kiosk) -> String {
    let narrow = ui.global::<Theme>().get_shape() == Shape::Seven;
    let code = slip.code.as_ref().map(|code| code.as_str().to_owned());
    let letters = code.as_ref().map_or(0, |code| code.chars().count() + 1);
    let fits = !narrow || letters == 0 || letters + slip.device.chars().count() <= NARROW_LINE;
    let device = fits.then(|| slip.device.clone());
    let time = slip.at.filter(|_| !narrow).map(|at| {
        let (_, hour, minute) = at.to_japan();
        say::clock(hour, minute)
    });
    [code, device, time]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("　")
}

/// Fills K-2.
pub fn show_slip(page: &Slip, ui: &Kiosk, words: &Words) {
    let global = ui.global::<SlipPage>();
    let mut lines = vec![
        page.office_name.clone(),
        words.say_with("slip-office", &[("number", page.office.as_str().into())]),
        words.say_with("slip-device", &[("device", page.device.as_str().into())]),
    ];
    if let Some(at) = page.at {
        let (date, hour, minute) = at.to_japan();
        lines.push(format!(
            "{} {}",
            say::full_date(date, words),
            say::clock(hour, minute)
        ));
    }
    lines.push(words.say_with("slip-screen", &[("number", page.screen.number().into())]));
    if let Some(role) = page.role {
        lines.push(say::role(role, words));
    }
    if let Some(code) = &page.code {
        lines.push(words.say_with("slip-code", &[("code", code.as_str().into())]));
    }
    lines.push(page.version.clone());
    global.set_lines(rows::texts(global.get_lines(), lines));
    global.set_code(code::image(&page.qr_text(), code_pixels(ui, true)));
}

/// Room for the code on this screen.
fn code_pixels(ui: &Kiosk, large: bool) -> u32 {
    match (ui.global::<Theme>().get_shape(), large) {
        (Shape::Ten, false) => 360,
        (Shape::Ten, true) => 440,
        (_, false) => 216,
        (Shape::Portable, true) => 320,
        (_, true) => 250,
    }
}

/// Turns their buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<TroublePage>();
    let send = touches.clone();
    global.on_way_out(move || send(Touch::Main));
    let send = touches.clone();
    global.on_print(move || send(Touch::Print));
    let send = touches.clone();
    global.on_slip(move || send(Touch::ShowSlip));
    let send = touches.clone();
    global.on_home(move || send(Touch::Home));

    let global = ui.global::<SlipPage>();
    let send = touches.clone();
    global.on_close(move || send(Touch::Main));
    let send = touches.clone();
    global.on_print(move || send(Touch::Print));
}
