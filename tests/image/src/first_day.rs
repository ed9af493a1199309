//! The first day of a terminal: set-up, staff, passcodes, a look-up and its answer.

use std::io;
use std::time::Duration;

use system_tests::world::Insured;

use crate::desk::Desk;

/// Longest wait for the network card to have an address.
const ADDRESS_LIMIT: Duration = Duration::from_secs(180);

/// A member of staff.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    name: &'static str,
    id: &'static str,
    role: &'static str,
    passcode: &'static str,
}

/// The administrator.
pub const SATO: Member = Member {
    name: "さとう　みさき",
    id: "satomisaki",
    role: "管理者",
    passcode: "4071",
};

/// The other one.
pub const ITO: Member = Member {
    name: "いとう　はるか",
    id: "itoharuka",
    role: "一般",
    passcode: "9182",
};

/// From S-1 to the token in its field, which the card brought.
///
/// # Errors
/// The step that did not go as it must.
pub fn to_token(desk: &mut Desk) -> io::Result<()> {
    desk.on("S-1", "the terminal is new")?;
    desk.press("はじめる")?;
    self_test(desk)?;
    // The image types its card's token by itself; the twin's is pasted.
    let token = desk.twin().world().token()?;
    desk.twin().player()?.order(&format!("paste {token}"))?;
    desk.on_alike("S-2", "the token of the card stands in its field")
}

/// The unit tests itself; this board has neither lamp nor buzzer to ask about. What was found is
/// each one's own.
fn self_test(desk: &mut Desk) -> io::Result<()> {
    desk.on("S-7", "the self-test: a finger in each corner")?;
    for corner in ["左上", "右上", "右下", "左下"] {
        desk.press(corner)?;
    }
    desk.on("S-8", "five colours over the whole screen")?;
    for colour in 1..=4 {
        desk.press(&format!("ふれると、つぎの色（{colour}/5）"))?;
    }
    desk.press("ふれると、おわり（5/5）")?;
    desk.twin().player()?.see("五つの色が")?;
    desk.press("はい")?;
    desk.twin().player()?.see("読み取り機を確かめます")?;
    desk.press("つぎへ")?;
    desk.on_by_its_foot("S-10", "what was found, part by part")?;
    desk.press("つぎへ")
}

/// Waits until the terminal has an address: the first screen is there before the network is.
///
/// # Errors
/// When it gets none.
pub fn network(desk: &mut Desk) -> io::Result<()> {
    desk.terminal()?
        .wait_for_text("DHCPv4 address", ADDRESS_LIMIT)
        .map(drop)
}

/// Enrolment, the office's profile, two members of staff with passcodes, up to the lock screen.
///
/// # Errors
/// The step that did not go as it must.
pub fn set_up(desk: &mut Desk) -> io::Result<()> {
    network(desk)?;
    desk.press("つぎへ")?;
    desk.on("S-4", "enrolled; now the office")?;
    profile(desk)?;
    desk.on("J-5", "the profile, read back")?;
    desk.press("閉じる")?;
    desk.on("S-5", "two members of staff")?;
    for member in [SATO, ITO] {
        add(desk, member)?;
    }
    desk.press("おわる")?;
    desk.on("S-6", "set-up is done")?;
    desk.press("はじめる")?;
    desk.on("A-1", "the lock screen")
}

/// The fields that the gateway does not know, in the order of the screens.
fn profile(desk: &mut Desk) -> io::Result<()> {
    desk.kana("しおみ")?;
    desk.press("つぎへ")?;
    // Number, name and short name came from the gateway.
    for _ in 0..3 {
        desk.reach("S-4")?;
        desk.press("つぎへ")?;
    }
    desk.kana("みなとまち")?;
    desk.press("つぎへ")?;
    desk.reach("S-4")?;
    desk.digits("0990001111")?;
    desk.press("つぎへ")?;
    desk.reach("S-4")?;
    desk.latin("a@b.jp")?;
    desk.press("つぎへ")?;
    desk.reach("S-4")?;
    desk.kana("さとう　みさき")?;
    desk.press("つぎへ")
}

fn add(desk: &mut Desk, member: Member) -> io::Result<()> {
    desk.press("お名前")?;
    desk.kana(member.name)?;
    desk.press("つぎへ")?;
    desk.reach("S-5")?;
    desk.press("職員ID")?;
    desk.latin(member.id)?;
    desk.press("つぎへ")?;
    desk.reach("S-5")?;
    desk.press(member.role)?;
    desk.press_one_of(&["この職員を加える", "追加"])?;
    desk.on("A-5", "each chooses a passcode, twice")?;
    desk.digits(member.passcode)?;
    desk.press("つぎへ")?;
    desk.reach("A-5")?;
    desk.digits(member.passcode)?;
    desk.press("決める")?;
    desk.reach("S-5")
}

/// From the lock screen to home.
///
/// # Errors
/// The step that did not go as it must.
pub fn unlock(desk: &mut Desk, member: Member) -> io::Result<()> {
    desk.press("はじめる")?;
    desk.on("A-2", "who is it?")?;
    // On its tile the name has the narrow space of a stored name.
    desk.press(&member.name.replace('\u{3000}', " "))?;
    desk.on("A-3", "the passcode")?;
    desk.digits(member.passcode)?;
    desk.press("入る")
}

/// The yearly pledge of somebody's first time.
///
/// # Errors
/// The step that did not go as it must.
pub fn pledge(desk: &mut Desk) -> io::Result<()> {
    desk.on("A-6", "the yearly pledge")?;
    desk.press("誓約する")?;
    desk.on("B-1", "unlocked by fingers: the desk is open")
}

/// From switched on to home with an empty desk: set-up, staff, lock screen, unlocked.
///
/// # Errors
/// The step that did not go as it must.
pub fn whole(desk: &mut Desk) -> io::Result<()> {
    to_token(desk)?;
    set_up(desk)?;
    unlock(desk, SATO)?;
    pledge(desk)
}

/// Asks by 申請日 and 生年月日; from home to the touch that sends or saves.
///
/// # Errors
/// The step that did not go as it must.
pub fn ask_by_dates(desk: &mut Desk, person: &Insured) -> io::Result<()> {
    fill_in_dates(desk, person)?;
    desk.press("市にきく")
}

/// As [`ask_by_dates`], without the last touch.
///
/// # Errors
/// The step that did not go as it must.
pub fn fill_in_dates(desk: &mut Desk, person: &Insured) -> io::Result<()> {
    to_application_date(desk, person)?;
    desk.reach("D-3")?;
    desk.digits(&person.applied_on.compact()[4..])?;
    desk.on("D-3", "申請日; its year is inferred")?;
    desk.press("つぎへ")?;
    desk.reach("D-4")?;
    desk.press("ケアプランを作る")?;
    desk.on("D-4", "a purpose is required")
}

/// From home to the question for 申請日.
///
/// # Errors
/// The step that did not go as it must.
pub fn to_application_date(desk: &mut Desk, person: &Insured) -> io::Result<()> {
    desk.press("認定のすすみぐあい")?;
    desk.reach("D-11")?;
    desk.press("日付で")?;
    desk.reach("D-2")?;
    let born = person
        .born_on
        .era()
        .ok_or_else(|| io::Error::other("before Meiji"))?;
    desk.press(born.era().kanji())?;
    desk.digits(&format!(
        "{:02}{:02}{:02}",
        born.year(),
        person.born_on.month(),
        person.born_on.day()
    ))?;
    desk.on("D-2", "生年月日")?;
    desk.press("つぎへ")
}
