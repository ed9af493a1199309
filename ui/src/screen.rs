//! The screen: a view goes in, touches come out.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use firmware::terminal::touch::{Language, TextSize, Touch};
use firmware::terminal::view::{Look, View};
use slint::{ComponentHandle, PhysicalSize, PlatformError};

use crate::layout::Layout;
use crate::pages;
use crate::words::Words;
use crate::{Kiosk, Shape, Theme};

/// Where the pages send touches.
pub type Touches = Rc<dyn Fn(Touch)>;

type Handler = Rc<RefCell<Box<dyn FnMut(Touch)>>>;

/// The window with its pages.
pub struct Screen {
    kiosk: Kiosk,
    layout: Layout,
    words: Rc<RefCell<Words>>,
    edition: Cell<i32>,
    handler: Handler,
}

impl Screen {
    /// A window of the layout's size, with this look.
    ///
    /// # Errors
    /// When there is no display, or Slint's platform cannot open a window on it.
    pub fn new(layout: Layout, look: Look) -> Result<Self, PlatformError> {
        let kiosk = Kiosk::new()?;
        let (width, height) = layout.size();
        kiosk.window().set_size(PhysicalSize::new(width, height));
        kiosk.global::<Theme>().set_shape(match layout {
            Layout::Seven => Shape::Seven,
            Layout::Ten => Shape::Ten,
            Layout::Portable => Shape::Portable,
        });

        let words = Rc::new(RefCell::new(Words::for_screen(look.language)));
        let spoken = Rc::clone(&words);
        kiosk
            .global::<crate::Words>()
            .on_say(move |key, _edition| spoken.borrow().say(&key).into());

        let handler: Handler = Rc::new(RefCell::new(Box::new(|_| {})));
        let to_handler = Rc::clone(&handler);
        let touches: Touches = Rc::new(move |touch| {
            // A touch from inside a touch cannot happen: pages only send from callbacks.
            if let Ok(mut handler) = to_handler.try_borrow_mut() {
                handler(touch);
            }
        });
        pages::connect(&kiosk, &touches);

        let screen = Self {
            kiosk,
            layout,
            words,
            edition: Cell::new(1),
            handler,
        };
        screen.set_look(look);
        Ok(screen)
    }

    /// Shows a view.
    pub fn show(&self, view: &View) {
        self.set_look(view.look);
        pages::show(view, self.layout, &self.kiosk, &self.words.borrow());
    }

    /// Calls `handler` for every touch.
    pub fn on_touch(&self, handler: impl FnMut(Touch) + 'static) {
        *self.handler.borrow_mut() = Box::new(handler);
    }

    /// The layout it was opened with.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The window, for an event loop.
    #[must_use]
    pub fn kiosk(&self) -> &Kiosk {
        &self.kiosk
    }

    fn set_look(&self, look: Look) {
        let theme = self.kiosk.global::<Theme>();
        theme.set_high_contrast(look.high_contrast);
        theme.set_text_size(match look.text_size {
            TextSize::Normal => 0,
            TextSize::Large => 1,
            TextSize::Largest => 2,
        });
        if self.words.borrow().language() != look.language {
            *self.words.borrow_mut() = Words::for_screen(look.language);
            self.edition.set(self.edition.get() + 1);
        }
        let words = self.kiosk.global::<crate::Words>();
        words.set_edition(self.edition.get());
        words.set_english(look.language == Language::En);
    }
}
