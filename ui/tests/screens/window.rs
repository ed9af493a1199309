//! A developer's window: its size decides the layout while it runs.

use std::cell::RefCell;
use std::rc::Rc;

use ui::headless::Headless;
use ui::layout::Layout;

use crate::layout::problems_of;
use crate::samples;

#[test]
fn the_layout_follows_the_size_of_the_window() {
    let mut screen = Headless::new(Layout::Ten, samples::look()).expect("a screen in memory");
    let told = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&told);
    screen
        .screen_mut()
        .follow_window(move |layout| seen.borrow_mut().push(layout));
    for layout in [Layout::Seven, Layout::Portable, Layout::Ten] {
        let (width, height) = layout.size();
        screen.resize(width, height);
        // Nothing changes twice for a few pixels more.
        screen.resize(width + 10, height + 10);
        screen.resize(width, height);
        assert_eq!(screen.screen().layout(), layout);
        for sample in samples::all() {
            screen.show(&sample.view);
            let problems = problems_of(&screen.controls(), layout);
            assert!(
                problems.is_empty(),
                "{} {layout:?}: {problems:?}",
                sample.name
            );
        }
    }
    assert_eq!(
        *told.borrow(),
        [Layout::Seven, Layout::Portable, Layout::Ten]
    );
}

#[test]
fn what_is_on_the_screen_is_drawn_again_in_the_new_layout() {
    let sample = samples::all()
        .into_iter()
        .find(|sample| sample.name == "D-5_answer_longname")
        .expect("the sample is there");
    let mut resized = Headless::new(Layout::Seven, samples::look()).expect("a screen in memory");
    resized.screen_mut().follow_window(|_| {});
    resized.show(&sample.view);
    let (width, height) = Layout::Portable.size();
    resized.resize(width, height);
    let opened = Headless::new(Layout::Portable, samples::look()).expect("a screen in memory");
    opened.show(&sample.view);
    assert_eq!(
        resized.picture().expect("a picture").as_slice(),
        opened.picture().expect("a picture").as_slice()
    );
}
