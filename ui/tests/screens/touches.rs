//! A finger on the words of a button becomes the touch that the terminal knows.

use std::cell::RefCell;
use std::rc::Rc;

use firmware::terminal::touch::Touch;
use ui::headless::Headless;
use ui::layout::Layout;

use crate::samples;

/// Shows the sample called `name` and presses the buttons in turn; gives the touches.
pub fn press(name: &str, buttons: &[&str]) -> Vec<Touch> {
    let screen = Headless::new(Layout::Seven, samples::look()).expect("a screen in memory");
    let touches = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&touches);
    screen.on_touch(move |touch| seen.borrow_mut().push(touch));
    let sample = samples::all().into_iter().find(|sample| sample.name == name);
    screen.show(&sample.unwrap_or_else(|| panic!("no sample {name}")).view);
    for button in buttons {
        screen.press(button).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let found = touches.borrow().clone();
    found
}

#[test]
fn the_home_screen_opens_what_its_tiles_say() {
    assert_eq!(
        press(
            "B-1_home",
            &["本人確認", "認定のすすみぐあい", "資料提供の申出", "届いた書類", "送信箱を見る", "設定", "席をはなれる", "ヘルプ"],
        ),
        [
            Touch::Main,
            Touch::Row(0),
            Touch::Row(1),
            Touch::Row(2),
            Touch::Row(3),
            Touch::Second,
            Touch::LockNow,
            Touch::Help,
        ]
    );
}
