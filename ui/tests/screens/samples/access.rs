use std::time::Duration;

use firmware::terminal::screen::Screen;
use firmware::terminal::view::{
    LockoutPage, NewPasscodeNote, NewPasscodePage, Page, Paged, PasscodePage, PasscodeReason,
    StaffTile,
};
use protocol::number::UserId;
use protocol::person::StaffRole;

use super::{Sample, sample, worst_strip};

/// The longest name that a register is likely to hold.
pub const LONGEST: &str = "マリア クリスティーナ フェルナンデス サントス";

pub fn samples() -> Vec<Sample> {
    vec![
        sample(Screen::Lock, "lock", Page::Lock),
        worst_strip(sample(Screen::Lock, "lock_untrusted", Page::Lock)),
        sample(
            Screen::StaffChoice,
            "staff",
            Page::StaffChoice(people(6, 2)),
        ),
        sample(
            Screen::StaffChoice,
            "staff_nobody",
            Page::StaffChoice(people(0, 1)),
        ),
        passcode("passcode", "佐藤 美咲", 2, None),
        passcode("passcode_wrong", LONGEST, 0, Some(2)),
        sample(
            Screen::Passcode,
            "passcode_manager",
            Page::Passcode(PasscodePage {
                name: "長曽我部 龍之介宗一郎".to_owned(),
                typed: 4,
                checking: false,
                wrong_left: None,
                reason: PasscodeReason::OpenLockout,
            }),
        ),
        lockout(
            "lockout",
            Some(Duration::from_secs(28 * 60 + 5)),
            Some((10, 15)),
            false,
        ),
        lockout("lockout_manager", None, None, false),
        lockout(
            "lockout_device",
            Some(Duration::from_secs(40)),
            Some((9, 46)),
            true,
        ),
        new_passcode("new_passcode", false, None),
        new_passcode(
            "new_passcode_common",
            false,
            Some(NewPasscodeNote::TooCommon),
        ),
        new_passcode("new_passcode_again", true, None),
        sample(Screen::Pledge, "pledge", Page::Pledge),
    ]
}

fn people(count: usize, pages: usize) -> Paged<StaffTile> {
    let tile = |(place, (name, role, locked_out)): (usize, (&str, StaffRole, bool))| StaffTile {
        id: user(&format!("staff{place:02}")),
        name: name.to_owned(),
        role,
        locked_out,
    };
    let rows: Vec<_> = [
        ("佐藤 美咲", StaffRole::Administrator, false),
        ("髙橋 健一", StaffRole::General, false),
        ("山﨑 由美", StaffRole::General, true),
        ("長曽我部 龍之介宗一郎", StaffRole::General, false),
        (LONGEST, StaffRole::General, false),
        ("渡邉 隆", StaffRole::Setup, false),
    ]
    .into_iter()
    .take(count)
    .enumerate()
    .map(tile)
    .collect();
    Paged {
        total: rows.len() + (pages - 1),
        rows,
        page: 0,
        pages,
    }
}

/// A user id for a sample.
pub fn user(id: &str) -> UserId {
    UserId::parse(id).expect("samples use well-shaped ids")
}

fn passcode(name: &str, who: &str, typed: usize, wrong_left: Option<u8>) -> Sample {
    let page = PasscodePage {
        name: who.to_owned(),
        typed,
        checking: false,
        wrong_left,
        reason: PasscodeReason::Unlock,
    };
    sample(Screen::Passcode, name, Page::Passcode(page))
}

fn lockout(
    name: &str,
    left: Option<Duration>,
    opens_at: Option<(u8, u8)>,
    device_wide: bool,
) -> Sample {
    let page = LockoutPage {
        name: "佐藤 美咲".to_owned(),
        wrong: 5,
        left,
        opens_at,
        device_wide,
    };
    sample(Screen::Lockout, name, Page::Lockout(page))
}

fn new_passcode(name: &str, again: bool, note: Option<NewPasscodeNote>) -> Sample {
    let page = NewPasscodePage {
        name: "佐藤 美咲".to_owned(),
        again,
        typed: 1,
        note,
        checking: false,
    };
    sample(Screen::NewPasscode, name, Page::NewPasscode(page))
}
