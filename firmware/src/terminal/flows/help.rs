//! H-1 and H-2: help by problem, before login and offline.

use protocol::help::HelpTopic;

use super::trouble::{SlipFlow, desk_for};
use crate::terminal::desk::Desk;
use crate::terminal::flow::{Flow, Next};
use crate::terminal::hours;
use crate::terminal::pager::Pager;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{DeskState, HelpPage, HelpTopicPage, Page, Slip};

/// H-1.
pub struct HelpFlow {
    /// About the screen on which help was asked for.
    slip: Slip,
    pager: Pager,
}

impl HelpFlow {
    /// Opens help; `slip` tells where the person was.
    #[must_use]
    pub fn new(slip: Slip) -> Self {
        Self {
            slip,
            pager: Pager::default(),
        }
    }

    fn open(&self, topic: HelpTopic) -> Next {
        Next::Open(Box::new(TopicFlow {
            topic,
            slip: self.slip.clone(),
        }))
    }
}

/// Every desk, the insurers' own first.
fn desks(desk: &Desk) -> Vec<DeskState> {
    let insurers = desk
        .insurers()
        .iter()
        .map(|insurer| hours::state(&insurer.desk, &insurer.city, &desk.now));
    let others = desk
        .config
        .desks
        .iter()
        .map(|entry| hours::state(&entry.desk, &entry.organisation, &desk.now));
    insurers.chain(others).collect()
}

impl Flow for HelpFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Help
    }

    fn page(&self, desk: &Desk) -> Page {
        let size = desk.config.topics_per_page;
        Page::Help(HelpPage {
            topics: self.pager.paged(HelpTopic::ALL, size, |(_, topic)| *topic),
            desks: desks(desk),
        })
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        let (count, size) = (HelpTopic::ALL.len(), desk.config.topics_per_page);
        if let Some(index) = self.pager.index(&touch, count, size) {
            return self.open(HelpTopic::ALL[index]);
        }
        self.pager.turn(&touch, count, size);
        match touch {
            Touch::Back => Next::Back,
            Touch::Main | Touch::ShowSlip => Next::Open(Box::new(SlipFlow::new(self.slip.clone()))),
            Touch::HelpTopic(topic) => self.open(topic),
            _ => Next::Stay,
        }
    }

    fn before_unlock(&self) -> bool {
        true
    }
}

/// H-2.
struct TopicFlow {
    topic: HelpTopic,
    slip: Slip,
}

impl Flow for TopicFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::HelpTopic
    }

    fn page(&self, desk: &Desk) -> Page {
        Page::HelpTopic(HelpTopicPage {
            topic: self.topic,
            desk: desk_for(self.topic, desk),
        })
    }

    fn touch(&mut self, touch: Touch, _desk: &mut Desk) -> Next {
        match touch {
            Touch::Back => Next::Back,
            Touch::Main | Touch::ShowSlip => Next::Open(Box::new(SlipFlow::new(self.slip.clone()))),
            Touch::HelpTopic(topic) => {
                self.topic = topic;
                Next::Stay
            }
            _ => Next::Stay,
        }
    }

    fn before_unlock(&self) -> bool {
        true
    }
}
