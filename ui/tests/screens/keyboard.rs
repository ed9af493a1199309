//! A hardware keyboard and a scanner do what fingers do.

use std::cell::RefCell;
use std::rc::Rc;

use firmware::terminal::touch::Touch;
use slint::platform::Key;
use ui::headless::Headless;
use ui::keyboard::PAUSE;
use ui::layout::Layout;

use crate::samples;
use crate::touches::view_of;

type Seen = Rc<RefCell<Vec<Touch>>>;

fn opened(name: &str) -> (Headless, Seen) {
    let screen = Headless::new(Layout::Seven, samples::look()).expect("a screen in memory");
    screen.show(&view_of(name));
    let seen = Seen::default();
    let touches = Rc::clone(&seen);
    screen.on_touch(move |touch| touches.borrow_mut().push(touch));
    (screen, seen)
}

fn key(screen: &Headless, key: Key) {
    screen.key(char::from(key));
}

#[test]
fn digits_erase_enter_and_escape_are_the_touches_of_the_page() {
    let (screen, seen) = opened("A-3_passcode_manager");
    for digit in "4071".chars() {
        screen.key(digit);
        screen.wait(PAUSE);
    }
    for special in [Key::Backspace, Key::Return, Key::Escape] {
        key(&screen, special);
    }
    assert_eq!(
        *seen.borrow(),
        [
            Touch::Digit(4),
            Touch::Digit(0),
            Touch::Digit(7),
            Touch::Digit(1),
            Touch::Backspace,
            Touch::Main,
            Touch::Back
        ]
    );
}

#[test]
fn a_scanned_number_is_put_in_as_one_value_and_its_enter_goes_on() {
    let (screen, seen) = opened("D-1_number");
    for digit in "0000123456".chars() {
        screen.key(digit);
    }
    key(&screen, Key::Return);
    assert_eq!(
        *seen.borrow(),
        [Touch::Paste("0000123456".to_owned()), Touch::Main]
    );
}

#[test]
fn a_scanned_individual_number_reaches_the_desk_whole_to_be_refused() {
    let (screen, seen) = opened("D-1_number");
    for digit in "123456789018".chars() {
        screen.key(digit);
    }
    screen.wait(PAUSE);
    assert_eq!(*seen.borrow(), [Touch::Paste("123456789018".to_owned())]);
}

#[test]
fn letters_of_a_keyboard_are_letters_of_the_page() {
    let (screen, seen) = opened("S-2_token");
    for letter in ["k", "7"] {
        screen.key(letter);
        screen.wait(PAUSE);
    }
    assert_eq!(*seen.borrow(), [Touch::Letter('k'), Touch::Digit(7)]);
}

#[test]
fn the_focus_walks_through_the_controls_and_enter_presses_what_has_it() {
    let (screen, seen) = opened("B-1_home");
    for step in [Key::Tab, Key::DownArrow] {
        key(&screen, step);
    }
    key(&screen, Key::Return);
    let moved_then = |pressed: Touch| {
        let mut touches = seen.take();
        // Each key keeps the desk open.
        assert_eq!(
            (touches.pop(), touches.first()),
            (Some(pressed), Some(&Touch::Awake))
        );
        assert!(touches.iter().all(|touch| *touch == Touch::Awake));
    };
    // 本人確認 comes first, the tiles after it.
    moved_then(Touch::Row(0));
    key(&screen, Key::UpArrow);
    screen.key(" ");
    moved_then(Touch::Main);
}

#[test]
fn a_digit_is_typed_whatever_control_has_the_focus() {
    let (screen, seen) = opened("D-1_number");
    key(&screen, Key::Tab);
    screen.key("7");
    screen.wait(PAUSE);
    assert_eq!(*seen.borrow(), [Touch::Awake, Touch::Digit(7)]);
}

#[test]
fn the_next_screen_takes_its_keys_without_a_finger() {
    let (screen, seen) = opened("B-1_home");
    key(&screen, Key::Tab);
    screen.show(&view_of("D-1_number"));
    seen.borrow_mut().clear();
    key(&screen, Key::Return);
    assert_eq!(
        *seen.borrow(),
        [Touch::Main],
        "not the tile of the screen before"
    );
}

#[test]
fn a_finger_takes_the_ring_away() {
    let (screen, seen) = opened("D-1_number");
    let bare = screen.picture().expect("a picture");
    key(&screen, Key::Tab);
    let ringed = screen.picture().expect("a picture");
    assert_ne!(bare.as_slice(), ringed.as_slice());
    screen.press("4").expect("the key is there");
    let after = screen.picture().expect("a picture");
    assert_eq!(bare.as_slice(), after.as_slice());
    key(&screen, Key::Return);
    assert_eq!(seen.borrow().last(), Some(&Touch::Main));
}

#[test]
fn the_pager_and_help_have_keys() {
    let (screen, seen) = opened("F-1_outbox");
    for special in [Key::PageDown, Key::PageUp, Key::F1] {
        key(&screen, special);
    }
    assert_eq!(
        *seen.borrow(),
        [Touch::NextPage, Touch::PrevPage, Touch::Help]
    );
}
