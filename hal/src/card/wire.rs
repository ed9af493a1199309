//! The card's operations that a verification needs, on one guarded connection.
//!
//! Commands are encoded and files taken apart by `myna-card`. Sending is done here and not by
//! its `Card`, whose buffers are not wiped: everything that comes from a card is personal.

use myna_card::card::ins;
use myna_card::data::{sha256, sha256_digest_info};
use myna_card::tlv::ber;
use myna_card::{Command, Retries, StatusWord};
use zeroize::Zeroizing;

use super::allow_list::Application;
use super::guard::{Fault, Guard, MAX_BYTES};
use super::{CardProblem, NotGenuine, Tries};

/// Bytes of one answer without extended length.
const SHORT_READ: u32 = 256;

/// Most bytes that an extended read can ask for.
const LONG_READ: u32 = 65_536;

/// Why a connection's work stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Below the card's language.
    Fault(Fault),
    /// The card refused a step that a good card does not refuse.
    Status,
    /// A file ended before the length that its first bytes promise.
    Truncated,
    /// A file does not have its layout.
    Malformed,
    /// A signature did not verify, or two records disagree.
    NotGenuine(NotGenuine),
    /// Decided; nothing is to be repeated.
    Final(CardProblem),
}

impl Stop {
    /// Whether asking again after selecting the application anew may help: links lie more often
    /// than cards.
    pub(super) fn is_doubtful(self) -> bool {
        matches!(
            self,
            Self::Fault(Fault::Odd)
                | Self::Status
                | Self::Truncated
                | Self::Malformed
                | Self::NotGenuine(_)
        )
    }

    /// Whether connecting again may help.
    pub(super) fn is_tear(self) -> bool {
        matches!(self, Self::Fault(Fault::Link(fault)) if fault.is_tear())
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Which forms of READ BINARY the card has turned out to take.
#[derive(Debug, Clone, Copy)]
struct Forms {
    /// A file named in the read itself, which saves selecting it.
    short_names: bool,
    /// More than 256 bytes in one answer.
    extended: bool,
}

/// One connection to a card.
pub(super) struct Wire<'a> {
    guard: Guard<'a>,
    forms: Forms,
    /// A long read was sent and its answer has not come.
    long_read_open: bool,
}

/// A card's answer, taken apart.
struct Reply {
    data: Zeroizing<Vec<u8>>,
    status: StatusWord,
}

impl<'a> Wire<'a> {
    /// `extended` says whether long reads may be tried.
    pub(super) fn new(guard: Guard<'a>, extended: bool) -> Self {
        Self {
            guard,
            forms: Forms {
                short_names: true,
                extended,
            },
            long_read_open: false,
        }
    }

    /// Whether the link broke in a long read. Some readers do not carry them and answer as if
    /// the card had left.
    pub(super) fn broke_in_long_read(&self) -> bool {
        self.long_read_open
    }

    /// See [`Guard::finish`].
    pub(super) fn finish(self) {
        self.guard.finish();
    }

    /// From here on, read in the plainest way: SELECT, then 256 bytes at a time.
    pub(super) fn read_plainly(&mut self) {
        self.forms = Forms {
            short_names: false,
            extended: false,
        };
    }

    /// Selects an application by its full name. A card that does not have it is a foreign one.
    pub(super) fn select(&mut self, application: Application) -> Result<(), Stop> {
        let name = application.aid().as_slice();
        let command = Command::with_data(0x00, ins::SELECT_FILE, 0x04, 0x0C, name);
        // The first command after power-up may be answered 6F00 by a good card.
        for _ in 0..2 {
            if self.call(&command)?.status.is_success() {
                return Ok(());
            }
        }
        Err(Stop::Final(CardProblem::Foreign))
    }

    /// Reads a key's retry counter, which spends nothing.
    pub(super) fn tries(&mut self, application: Application, key: u16) -> Result<Tries, Stop> {
        let mut counter = self.counter(key)?;
        if counter == Retries::NotReported {
            // The key is still open from an earlier user of the card. Leaving closes it.
            self.select(application.other())?;
            self.select(application)?;
            counter = self.counter(key)?;
        }
        match counter {
            Retries::Remaining(left) => Ok(Tries { left }),
            Retries::Blocked => Ok(Tries { left: 0 }),
            // No counter, no limit: as many as a counter can say.
            Retries::Unlimited => Ok(Tries { left: 15 }),
            Retries::NotReported => Err(Stop::Status),
        }
    }

    /// Presents `digits` to the key whose counter was read just before.
    ///
    /// `Ok(Err(left))` is a clear refusal by the card, `Err` leaves it open whether the card
    /// counted a try.
    pub(super) fn present(&mut self, digits: &[u8]) -> Result<Result<(), Tries>, Stop> {
        // Built here and not by the card library, so that every copy of the digits is wiped.
        let mut command = Zeroizing::new(Vec::with_capacity(5 + digits.len()));
        let length = u8::try_from(digits.len()).map_err(|_| Stop::Malformed)?;
        command.extend_from_slice(&[0x00, ins::VERIFY, 0x00, 0x80, length]);
        command.extend_from_slice(digits);
        let answer = self.guard.send(&command)?;
        match answer.as_slice() {
            [0x90, 0x00] => Ok(Ok(())),
            [0x63, 0x00] => Ok(Err(Tries { left: 15 })),
            [0x63, last] if last & 0xF0 == 0xC0 => Ok(Err(Tries { left: last & 0x0F })),
            [0x69, 0x83 | 0x84] => Err(Stop::Final(CardProblem::Blocked)),
            _ => Err(Stop::Status),
        }
    }

    /// Reads one file: the object at its start, without what fills the file up.
    pub(super) fn read(&mut self, file: u16) -> Result<Zeroizing<Vec<u8>>, Stop> {
        let head = self.read_head(file)?;
        let header = ber::parse_header(&head).map_err(|_| Stop::Malformed)?;
        let total = header.total_len();
        if total > MAX_BYTES {
            return Err(Stop::Malformed);
        }
        // Room for everything at once: growing would leave copies that nobody wipes.
        let mut content = Zeroizing::new(Vec::with_capacity(total));
        content.extend_from_slice(&head[..head.len().min(total)]);
        // Each turn adds at least one byte, and the guard bounds the number of commands.
        while content.len() < total {
            let missing = total - content.len();
            let most = if self.forms.extended {
                LONG_READ
            } else {
                SHORT_READ
            };
            let want = u32::try_from(missing).unwrap_or(most).min(most);
            let offset = u16::try_from(content.len())
                .ok()
                .filter(|offset| *offset <= 0x7FFF)
                .ok_or(Stop::Malformed)?;
            let [p1, p2] = offset.to_be_bytes();
            let answer = self.call(&Command::with_le(0x00, ins::READ_BINARY, p1, p2, want))?;
            if !carries_data(&answer) {
                return Err(Stop::Truncated);
            }
            content.extend_from_slice(&answer.data[..answer.data.len().min(missing)]);
        }
        Ok(content)
    }

    /// Has the card sign `challenge` with its default key, which needs no credential. `None` when
    /// it will not.
    pub(super) fn sign(&mut self, challenge: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, Stop> {
        let input = sha256_digest_info(&sha256(challenge));
        let command =
            Command::with_data_le(0x80, ins::COMPUTE_SIGNATURE, 0x00, 0x00, input, SHORT_READ);
        let answer = self.call(&command)?;
        Ok(answer.status.is_success().then_some(answer.data))
    }

    /// The first read of a file, in the shortest form that the card takes.
    fn read_head(&mut self, file: u16) -> Result<Zeroizing<Vec<u8>>, Stop> {
        // Each turn gives up at least one form, so there are at most three.
        loop {
            let want = if self.forms.extended {
                LONG_READ
            } else {
                SHORT_READ
            };
            let p1 = if self.forms.short_names {
                0x80 | u8::try_from(file).map_err(|_| Stop::Malformed)?
            } else {
                self.select_file(file)?;
                0x00
            };
            let answer = self.call(&Command::with_le(0x00, ins::READ_BINARY, p1, 0x00, want))?;
            if carries_data(&answer) {
                return Ok(answer.data);
            }
            let before = self.forms;
            match answer.status.value() {
                // Not opened: another form of reading changes nothing.
                0x6982 => return Err(Stop::Status),
                // Wrong length, conditions not met.
                0x6700 | 0x6985 => self.forms.extended = false,
                // Wrong parameters, function not there, no such file, no current file.
                0x6A86 | 0x6A81 | 0x6A82 | 0x6981 | 0x6986 | 0x6B00 => {
                    self.forms.short_names = false;
                }
                _ => self.read_plainly(),
            }
            if before.extended == self.forms.extended
                && before.short_names == self.forms.short_names
            {
                return Err(Stop::Truncated);
            }
        }
    }

    fn select_file(&mut self, file: u16) -> Result<(), Stop> {
        let id = file.to_be_bytes();
        let command = Command::with_data(0x00, ins::SELECT_FILE, 0x02, 0x0C, id);
        match self.call(&command)?.status.is_success() {
            true => Ok(()),
            false => Err(Stop::Status),
        }
    }

    fn counter(&mut self, key: u16) -> Result<Retries, Stop> {
        self.select_file(key)?;
        let answer = self.call(&Command::new(0x00, ins::VERIFY, 0x00, 0x80))?;
        match answer.status.value() {
            0x9000 => Ok(Retries::NotReported),
            0x6300 => Ok(Retries::Unlimited),
            0x63C0 | 0x6983 | 0x6984 => Ok(Retries::Blocked),
            _ => answer
                .status
                .retries_remaining()
                .map(Retries::Remaining)
                .ok_or(Stop::Status),
        }
    }

    /// Sends one command, and once more when the card names the length that it wants (`6Cxx`).
    fn call(&mut self, command: &Command) -> Result<Reply, Stop> {
        let reply = self.send(command)?;
        let (Some(length), Some(_)) = (reply.status.correct_le(), command.le) else {
            return Ok(reply);
        };
        let mut again = command.clone();
        again.le = Some(if length == 0 {
            SHORT_READ
        } else {
            u32::from(length)
        });
        self.send(&again)
    }

    fn send(&mut self, command: &Command) -> Result<Reply, Stop> {
        let bytes = command.to_bytes().map_err(|_| Stop::Malformed)?;
        self.long_read_open = command.le.is_some_and(|le| le > SHORT_READ);
        let mut data = self.guard.send(&bytes)?;
        self.long_read_open = false;
        let [.., high, low] = *data.as_slice() else {
            return Err(Stop::Fault(Fault::Odd));
        };
        let length = data.len() - 2;
        data.truncate(length);
        Ok(Reply {
            data,
            status: StatusWord::new(u16::from_be_bytes([high, low])),
        })
    }
}

/// `9000`, or `6282`: the file ended before the length asked for. Both carry what there is.
fn carries_data(answer: &Reply) -> bool {
    matches!(answer.status.value(), 0x9000 | 0x6282) && !answer.data.is_empty()
}
