//! The same screens without a display: real fonts, the real software renderer, touches by the
//! words on the buttons. The picture tests and the player of a scripted day stand on this.

use std::time::Duration;

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{Look, View};
use i_slint_backend_testing::{
    AccessibleRole, ElementHandle, TestingBackend, TestingBackendOptions, mock_elapsed_time,
};
use slint::platform::{PlatformError, PointerEventButton};
use slint::{ComponentHandle, Rgba8Pixel, SharedPixelBuffer, SharedString};

use crate::layout::Layout;
use crate::phrases;
use crate::screen::{self, Screen};

/// A finger lifts and comes again: longer than the 250 ms in which a main action takes only one.
const BETWEEN_TOUCHES: Duration = Duration::from_millis(300);

/// A screen without a display.
pub struct Headless {
    screen: Screen,
}

/// What stands on the screen, for a test or a player.
#[derive(Debug, Clone, PartialEq)]
pub struct Control {
    /// The visible words.
    pub label: String,
    /// It can be pressed now.
    pub enabled: bool,
    /// Left, top, width and height in pixels.
    pub place: (f32, f32, f32, f32),
    /// It is pressed (as opposed to read).
    pub touchable: bool,
    /// What it says about itself: `cut` when its words do not fit.
    pub description: String,
}

/// A button with these words is not on the screen, or cannot be pressed now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchButton {
    /// The words that were looked for.
    pub label: String,
    /// The buttons that are there.
    pub present: Vec<String>,
}

impl std::fmt::Display for NoSuchButton {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "no button {:?}; there are {:?}",
            self.label, self.present
        )
    }
}

impl std::error::Error for NoSuchButton {}

impl Headless {
    /// Opens a screen in memory. The first one on a thread decides that the thread has no
    /// display.
    ///
    /// # Errors
    /// When the thread already shows windows on a display, or no font can be found.
    pub fn new(layout: Layout, look: Look) -> Result<Self, PlatformError> {
        let options = TestingBackendOptions {
            mock_time: true,
            threading: false,
            renderer_name: Some("software".into()),
        };
        // A second screen on the same thread finds the platform set: that is what is wanted.
        let _ = slint::platform::set_platform(Box::new(TestingBackend::new(options)));
        let screen = Screen::new(layout, look)?;
        screen.kiosk().show()?;
        Ok(Self { screen })
    }

    /// The screen.
    #[must_use]
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Shows a view.
    pub fn show(&self, view: &View) {
        self.screen.show(view);
        mock_elapsed_time(Duration::from_millis(1));
    }

    /// Calls `handler` for every touch.
    pub fn on_touch(&self, handler: impl FnMut(Touch) + 'static) {
        self.screen.on_touch(handler);
    }

    /// The pixels that a person would see.
    ///
    /// # Errors
    /// When the renderer fails.
    pub fn picture(&self) -> Result<SharedPixelBuffer<Rgba8Pixel>, PlatformError> {
        self.screen.kiosk().window().take_snapshot()
    }

    /// Presses the button with these words, as a finger would: at its middle.
    ///
    /// # Errors
    /// [`NoSuchButton`] when no such button can be pressed.
    pub fn press(&self, label: &str) -> Result<(), NoSuchButton> {
        self.press_then_wait(label, BETWEEN_TOUCHES)
    }

    /// Presses, and lets so much time pass inside the screen.
    ///
    /// # Errors
    /// [`NoSuchButton`] when no such button can be pressed.
    pub fn press_then_wait(&self, label: &str, wait: Duration) -> Result<(), NoSuchButton> {
        let found = self.touchables().into_iter().find(|element| {
            element
                .accessible_label()
                .is_some_and(|found| phrases::plain(&found) == label)
                && element.accessible_enabled() != Some(false)
        });
        let Some(element) = found else {
            return Err(NoSuchButton {
                label: label.to_owned(),
                present: self
                    .touchables()
                    .iter()
                    .filter_map(ElementHandle::accessible_label)
                    .map(|label| phrases::plain(&label))
                    .collect(),
            });
        };
        element.mock_single_click(PointerEventButton::Left);
        mock_elapsed_time(wait);
        Ok(())
    }

    /// Presses a key of a hardware keyboard.
    pub fn key(&self, key: impl Into<SharedString>) {
        screen::tap(self.screen.kiosk().window(), key.into());
        // An arrow moves the focus after its own event.
        mock_elapsed_time(Duration::from_millis(1));
    }

    /// Time passes inside the screen.
    pub fn wait(&self, time: Duration) {
        mock_elapsed_time(time);
    }

    /// The window gets another size, in pixels.
    pub fn resize(&self, width: u32, height: u32) {
        let window = self.screen.kiosk().window();
        window.set_size(slint::PhysicalSize::new(width, height));
        mock_elapsed_time(Duration::from_millis(1));
    }

    /// The screen, to be changed.
    pub fn screen_mut(&mut self) -> &mut Screen {
        &mut self.screen
    }

    /// Everything with words that is on the screen: controls and texts.
    #[must_use]
    pub fn controls(&self) -> Vec<Control> {
        self.elements()
            .into_iter()
            .filter_map(|element| {
                let label = phrases::plain(&element.accessible_label()?);
                let (size, at) = (element.size(), element.absolute_position());
                Some(Control {
                    label,
                    enabled: element.accessible_enabled() != Some(false),
                    place: (at.x, at.y, size.width, size.height),
                    touchable: is_touchable(&element),
                    description: element
                        .accessible_description()
                        .map(Into::into)
                        .unwrap_or_default(),
                })
            })
            .collect()
    }

    fn touchables(&self) -> Vec<ElementHandle> {
        self.elements().into_iter().filter(is_touchable).collect()
    }

    fn elements(&self) -> Vec<ElementHandle> {
        use i_slint_backend_testing::ElementRoot;
        self.screen
            .kiosk()
            .root_element()
            .query_descendants()
            .find_all()
    }
}

fn is_touchable(element: &ElementHandle) -> bool {
    matches!(
        element.accessible_role(),
        Some(
            AccessibleRole::Button
                | AccessibleRole::RadioButton
                | AccessibleRole::Checkbox
                | AccessibleRole::Switch
                | AccessibleRole::ListItem
        )
    )
}
