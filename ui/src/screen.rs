//! The screen: a view goes in, touches come out.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use firmware::terminal::touch::{Language, TextSize, Touch};
use firmware::terminal::view::{Look, View};
use slint::platform::{Key, WindowEvent};
use slint::{ComponentHandle, PhysicalSize, PlatformError, SharedString, Timer, TimerMode};

use crate::keyboard::{self, Stroke, Typing};
use crate::layout::Layout;
use crate::pages;
use crate::words::Words;
use crate::{Keyboard, Kiosk, Shape, Theme};

/// Where the pages send touches.
pub type Touches = Rc<dyn Fn(Touch)>;

type Handler = Rc<RefCell<Box<dyn FnMut(Touch)>>>;

/// The window with its pages.
pub struct Screen {
    kiosk: Kiosk,
    layout: Rc<Cell<Layout>>,
    /// The view shown, for a window whose layout can change; nothing is kept otherwise.
    latest: Option<Rc<RefCell<Option<View>>>>,
    number: Cell<&'static str>,
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
        kiosk.global::<Theme>().set_shape(shape(layout));

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
        connect_keyboard(&kiosk, &touches);

        let screen = Self {
            kiosk,
            layout: Rc::new(Cell::new(layout)),
            latest: None,
            number: Cell::new(""),
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
        pages::show(view, self.layout.get(), &self.kiosk, &self.words.borrow());
        // The control that had the keyboard's focus belonged to the screen before.
        if self.number.replace(view.screen.number()) != view.screen.number() {
            self.kiosk.invoke_rest_focus();
        }
        if let Some(latest) = &self.latest {
            latest.replace(Some(view.clone()));
        }
    }

    /// From now on the layout follows the size of the window, which is a developer's; `changed`
    /// is told each new one.
    pub fn follow_window(&mut self, changed: impl Fn(Layout) + 'static) {
        let latest: Rc<RefCell<Option<View>>> = Rc::default();
        self.latest = Some(Rc::clone(&latest));
        let (layout, words) = (Rc::clone(&self.layout), Rc::clone(&self.words));
        let weak = self.kiosk.as_weak();
        self.kiosk.on_resized(move || {
            let Some(kiosk) = weak.upgrade() else { return };
            let size = kiosk
                .window()
                .size()
                .to_logical(kiosk.window().scale_factor());
            let now = Layout::for_size(size.width, size.height);
            if layout.replace(now) == now {
                return;
            }
            kiosk.global::<Theme>().set_shape(shape(now));
            if let Some(view) = &*latest.borrow() {
                pages::show(view, now, &kiosk, &words.borrow());
            }
            changed(now);
        });
    }

    /// Calls `handler` for every touch.
    pub fn on_touch(&self, handler: impl FnMut(Touch) + 'static) {
        *self.handler.borrow_mut() = Box::new(handler);
    }

    /// The layout now.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layout.get()
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

fn shape(layout: Layout) -> Shape {
    match layout {
        Layout::Seven => Shape::Seven,
        Layout::Ten => Shape::Ten,
        Layout::Portable => Shape::Portable,
    }
}

/// Keys that no control has taken become touches; what is typed fast becomes one.
fn connect_keyboard(kiosk: &Kiosk, touches: &Touches) {
    let keyboard = kiosk.global::<Keyboard>();
    let weak = kiosk.as_weak();
    keyboard.on_touched(move || {
        if let Some(kiosk) = weak.upgrade() {
            kiosk.invoke_rest_focus();
        }
    });

    let (send, weak) = (touches.clone(), kiosk.as_weak());
    keyboard.on_beside(move || {
        if let Some(kiosk) = weak.upgrade() {
            kiosk.invoke_rest_focus();
        }
        send(Touch::Awake);
    });

    let typing = Rc::new(RefCell::new(Typing::default()));
    let (pause, send, weak) = (Timer::default(), touches.clone(), kiosk.as_weak());
    keyboard.on_pressed(move |text, repeated| {
        let Some(stroke) = keyboard::stroke(&text) else {
            return;
        };
        let now = typing.borrow_mut().key(stroke, repeated);
        now.into_iter().for_each(|touch| send(touch));
        match stroke {
            Stroke::Character(_) => {
                let (typing, send) = (Rc::clone(&typing), Rc::clone(&send));
                pause.start(TimerMode::SingleShot, keyboard::PAUSE, move || {
                    let typed = typing.borrow_mut().pause();
                    typed.into_iter().for_each(|touch| send(touch));
                });
            }
            Stroke::Focus(forward) => {
                pause.stop();
                let key = char::from(if forward { Key::Tab } else { Key::Backtab });
                // Slint itself moves the focus at Tab; an arrow asks for a Tab, after this event.
                if !text.starts_with(key) {
                    let weak = weak.clone();
                    Timer::single_shot(std::time::Duration::ZERO, move || {
                        if let Some(kiosk) = weak.upgrade() {
                            tap(kiosk.window(), key.into());
                        }
                    });
                }
            }
            Stroke::Act(_) => pause.stop(),
        }
    });
}

/// A key goes down and up.
pub(crate) fn tap(window: &slint::Window, text: SharedString) {
    window.dispatch_event(WindowEvent::KeyPressed { text: text.clone() });
    window.dispatch_event(WindowEvent::KeyReleased { text });
}
