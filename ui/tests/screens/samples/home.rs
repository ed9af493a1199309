use firmware::terminal::screen::Screen;
use firmware::terminal::view::{HomePage, Page};
use protocol::person::StaffRole;

use super::{Sample, in_maintenance, offline, on_battery, sample, worst_strip};

pub fn samples() -> Vec<Sample> {
    vec![
        home("home", usual()),
        in_maintenance(home("home_maintenance", usual())),
        offline(home("home_held_offline", HomePage { held: 1, ..usual() })),
        worst_strip(home(
            "home_full",
            HomePage {
                saved: 9_999,
                sent: 9_999,
                receipted: 9_999,
                answered: 9_999,
                unopened: 999,
                role: StaffRole::General,
                draft: true,
                ..usual()
            },
        )),
        on_battery(home("home_battery", usual())),
        on_battery(offline(home("home_battery_offline", usual()))),
        home(
            "home_nearly_full",
            HomePage {
                nearly_full: true,
                unopened: 0,
                ..usual()
            },
        ),
    ]
}

fn home(name: &str, page: HomePage) -> Sample {
    sample(Screen::Home, name, Page::Home(page))
}

fn usual() -> HomePage {
    HomePage {
        saved: 1,
        sent: 1,
        receipted: 3,
        answered: 2,
        held: 0,
        unopened: 2,
        role: StaffRole::Administrator,
        draft: false,
        nearly_full: false,
    }
}
