//! The wire of a simulation: everything a network can do to a request and its answer.

use std::time::Duration;

use firmware::sync::{HttpAnswer, HttpRequest, NetError, Transport};
use protocol::calendar::Timestamp;
use protocol::exchange::{DeviceId, MEDIA_TYPE};

use super::gateway::SimGateway;
use crate::dice::Dice;

/// Requests that the network holds back at once; more are lost.
const MAX_LATE: usize = 16;

/// How a terminal's line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Everything arrives.
    Joined,
    /// Nothing arrives.
    Cut,
    /// Anything can happen.
    Flaky,
}

/// What became of one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// There and back.
    Delivered,
    /// No connection.
    NoConnection,
    /// The request was lost.
    RequestLost,
    /// The request arrived, its answer was lost.
    AnswerLost,
    /// The request arrived twice; the second answer came back.
    Doubled,
    /// The request arrived twice; the first answer came back.
    DoubledFirst,
    /// The request is held back and arrives later.
    Late,
    /// The request arrived; an older answer came back in place of its own.
    OldAnswer,
    /// The request arrived; a byte of the answer was changed.
    Changed,
    /// The request arrived; the answer broke off.
    Truncated,
    /// A captive portal answered 200 with a page.
    Portal,
    /// A captive portal answered with our media type.
    SlyPortal,
    /// A redirect.
    Redirect,
    /// The gateway asked to come back later.
    Busy,
    /// The request arrived; the terminal lost its power before the answer.
    PowerCut,
}

impl Fate {
    /// The answer of the gateway to this very request came back whole.
    #[must_use]
    pub fn is_good(self) -> bool {
        matches!(self, Self::Delivered | Self::Doubled | Self::DoubledFirst)
    }
}

/// What a flaky line does, and how often.
const FLAKY: &[(u64, Fate)] = &[
    (30, Fate::Delivered),
    (8, Fate::NoConnection),
    (10, Fate::RequestLost),
    (12, Fate::AnswerLost),
    (6, Fate::Doubled),
    (4, Fate::DoubledFirst),
    (8, Fate::Late),
    (5, Fate::OldAnswer),
    (5, Fate::Changed),
    (4, Fate::Truncated),
    (3, Fate::Portal),
    (2, Fate::SlyPortal),
    (2, Fate::Redirect),
    (4, Fate::Busy),
    (6, Fate::PowerCut),
];

/// A request that the network holds back.
#[derive(Debug, Clone)]
pub struct Late {
    from: DeviceId,
    body: Vec<u8>,
}

/// What the network keeps between exchanges.
#[derive(Debug, Default)]
pub struct Network {
    late: Vec<Late>,
    /// The last whole answer, whoever it was for, with its request.
    last: Option<(Vec<u8>, HttpAnswer)>,
}

impl Network {
    /// Delivers what was held back, in any order.
    ///
    /// # Errors
    /// Those of the gateway.
    pub fn deliver_late(
        &mut self,
        gateway: &mut SimGateway,
        now: Timestamp,
        dice: &mut Dice,
    ) -> Result<usize, super::Failure> {
        let mut delivered = 0;
        while !self.late.is_empty() {
            let index = usize::try_from(dice.below(self.late.len() as u64)).unwrap_or(0);
            let late = self.late.swap_remove(index);
            gateway.exchange(&late.from, &late.body, now)?;
            delivered += 1;
        }
        Ok(delivered)
    }

    /// A connection does not outlive the gateway it was made to.
    pub fn gateway_stopped(&mut self) {
        self.late.clear();
    }
}

/// The line of one terminal during one exchange.
pub struct Wire<'a> {
    /// How it is.
    pub link: Link,
    /// The network.
    pub network: &'a mut Network,
    /// The other end.
    pub gateway: &'a mut SimGateway,
    /// Whose line it is.
    pub device: DeviceId,
    /// The gateway's time.
    pub now: Timestamp,
    /// Chance.
    pub dice: &'a mut Dice,
    /// What became of the exchange.
    pub fate: Option<Fate>,
    /// The gateway broke its word.
    pub failure: Option<super::Failure>,
}

impl Transport for Wire<'_> {
    fn send(&mut self, request: &HttpRequest<'_>) -> Result<HttpAnswer, NetError> {
        let fate = match self.link {
            Link::Joined => Fate::Delivered,
            Link::Cut => Fate::NoConnection,
            Link::Flaky => self.dice.weighted(FLAKY),
        };
        self.fate = Some(fate);
        let html = |status, media: &str, body: &str| HttpAnswer {
            status,
            media: media.into(),
            body: body.into(),
            ..HttpAnswer::default()
        };
        match fate {
            Fate::NoConnection => Err(NetError::Down("cut".into())),
            Fate::RequestLost => Err(NetError::Timeout),
            Fate::Late => {
                if self.network.late.len() < MAX_LATE {
                    let (from, body) = (self.device.clone(), request.body.to_vec());
                    self.network.late.push(Late { from, body });
                }
                Err(NetError::Timeout)
            }
            Fate::Portal => Ok(html(200, "text/html", "<html>Wi-Fi</html>")),
            Fate::SlyPortal => Ok(html(
                200,
                MEDIA_TYPE,
                "{\"receipts\":\"\",\"feed\":[],\"more\":false}",
            )),
            Fate::Redirect => Ok(html(302, "text/html", "")),
            Fate::Busy => Ok(HttpAnswer {
                retry_after: Some(Duration::from_secs(self.dice.between(1, 600))),
                ..html(503, "text/plain", "")
            }),
            Fate::Delivered => self.reach(request),
            Fate::AnswerLost | Fate::PowerCut => self.reach(request).and(Err(NetError::Timeout)),
            Fate::Truncated => self.reach(request).and(Err(NetError::Truncated)),
            Fate::Doubled => {
                self.reach(request)?;
                self.reach(request)
            }
            Fate::DoubledFirst => {
                let first = self.reach(request)?;
                self.reach(request)?;
                Ok(first)
            }
            Fate::OldAnswer => {
                let old = self.network.last.take();
                self.reach(request)?;
                // To the very same request it would be its answer; TLS keeps that one from
                // being given again later.
                old.filter(|(asked, _)| asked != request.body)
                    .map(|(_, answer)| answer)
                    .ok_or(NetError::Timeout)
            }
            Fate::Changed => {
                let mut answer = self.reach(request)?;
                // Within the signed page, which is what has to catch it.
                let end = answer.body.len().min(300) as u64;
                let at = usize::try_from(self.dice.between(14, end.max(15) - 1)).unwrap_or(14);
                if let Some(byte) = answer.body.get_mut(at) {
                    *byte = if *byte == b'A' { b'B' } else { b'A' };
                }
                Ok(answer)
            }
        }
    }
}

impl Wire<'_> {
    fn reach(&mut self, request: &HttpRequest<'_>) -> Result<HttpAnswer, NetError> {
        match self.gateway.exchange(&self.device, request.body, self.now) {
            Ok(answer) => {
                if answer.status == 200 {
                    self.network.last = Some((request.body.to_vec(), answer.clone()));
                }
                Ok(answer)
            }
            Err(failure) => {
                self.failure = Some(failure);
                Err(NetError::Timeout)
            }
        }
    }
}
