//! The stack of flows: the bottom is the shutter, the home screen or set-up.

use super::desk::Desk;
use super::effect::Input;
use super::flow::{Flow, Next};
use super::screen::Screen;
use super::view::Page;

/// Most flows on top of each other. A person who opens help from help from help reaches it;
/// nothing is lost when one more is not opened.
pub const DEPTH: usize = 12;

struct Layer {
    flow: Box<dyn Flow>,
    /// What the flow wanted while it was covered.
    waiting: Option<Next>,
}

/// At least one flow.
pub struct Stack {
    layers: Vec<Layer>,
}

impl Stack {
    /// A stack of one.
    pub fn new(bottom: Box<dyn Flow>) -> Self {
        Self {
            layers: vec![Layer {
                flow: bottom,
                waiting: None,
            }],
        }
    }

    /// How many flows.
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// The flow that shows.
    pub fn top(&self) -> &dyn Flow {
        self.layers
            .last()
            .expect("a stack has at least its bottom")
            .flow
            .as_ref()
    }

    /// The flow that shows.
    pub fn top_mut(&mut self) -> &mut dyn Flow {
        self.layers
            .last_mut()
            .expect("a stack has at least its bottom")
            .flow
            .as_mut()
    }

    /// Puts a flow on top; `false` when [`DEPTH`] is reached.
    pub fn push(&mut self, flow: Box<dyn Flow>) -> bool {
        let room = self.layers.len() < DEPTH;
        if room {
            self.layers.push(Layer {
                flow,
                waiting: None,
            });
        }
        room
    }

    /// Drops the top, never the bottom.
    pub fn pop(&mut self) {
        if self.layers.len() > 1 {
            self.layers.pop();
        }
    }

    /// Drops the flow at `index`, never the bottom; those above it stay.
    pub fn remove(&mut self, index: usize) {
        if index > 0 && index < self.layers.len() {
            self.layers.remove(index);
        }
    }

    /// Where the topmost flow above the bottom is whose page is so.
    pub fn find(&self, desk: &Desk, so: impl Fn(&Page) -> bool) -> Option<usize> {
        (1..self.layers.len())
            .rev()
            .find(|index| so(&self.layers[*index].flow.page(desk)))
    }

    /// Drops everything above the bottom.
    pub fn home(&mut self) {
        self.layers.truncate(1);
    }

    /// Puts a flow in the place of the top.
    pub fn replace(&mut self, flow: Box<dyn Flow>) {
        let last = self.layers.len() - 1;
        self.layers[last] = Layer {
            flow,
            waiting: None,
        };
    }

    /// Gives an event to the flow at `index`; `None` when it is not there or waits to be
    /// uncovered.
    pub fn event(&mut self, index: usize, input: &mut Input, desk: &mut Desk) -> Option<Next> {
        let layer = self.layers.get_mut(index)?;
        layer
            .waiting
            .is_none()
            .then(|| layer.flow.event(input, desk))
    }

    /// Keeps what a covered flow wants.
    pub fn wait(&mut self, index: usize, next: Next) {
        if let Some(layer) = self.layers.get_mut(index) {
            layer.waiting = Some(next);
        }
    }

    /// What the flow on top wanted while it was covered.
    pub fn waiting(&mut self) -> Option<Next> {
        self.layers
            .last_mut()
            .and_then(|layer| layer.waiting.take())
    }

    /// Whether any flow is busy.
    pub fn any_busy(&self) -> bool {
        self.layers.iter().any(|layer| layer.flow.busy())
    }

    /// Whether the bottom is the shutter.
    pub fn bottom_is_lock(&self, desk: &Desk) -> bool {
        self.layers
            .first()
            .is_some_and(|layer| layer.flow.screen(desk) == Screen::Lock)
    }
}
