//! What the terminal makes of news from the line and of the state at the start.

use protocol::problem::ProblemCode;

use super::desk::Desk;
use super::view::Network;
use crate::error::Problem;
use crate::setup::Loaded;
use crate::sync::SyncReport;

/// What has to be done about some news.
pub enum Told {
    /// Nothing beyond the strip.
    Nothing,
    /// Something in the vault may have changed: office, staff, settings.
    Reload,
    /// The unit is lost.
    Wipe,
}

/// Whether the gateway itself has spoken.
pub fn was_heard(report: &SyncReport) -> bool {
    match report {
        SyncReport::Round(round) => round.result.is_ok(),
        SyncReport::Enrolled(result) => result.is_ok(),
        SyncReport::Renewed(result) => result.is_ok(),
        SyncReport::Line { .. } | SyncReport::Fetched => false,
    }
}

/// Whether announced maintenance explains what the line does: silence, or a page in the
/// gateway's place. What needs a person is said in spite of it.
pub fn is_excused(network: &Network) -> bool {
    match network {
        Network::Online | Network::Offline { .. } => true,
        Network::Paused { code } => *code == ProblemCode::NetPortal,
        Network::NotSetUp => false,
    }
}

/// Takes news from the line into the desk.
pub fn told(desk: &mut Desk, report: &SyncReport) -> Told {
    match report {
        SyncReport::Round(round) => {
            if round.wipe() {
                return Told::Wipe;
            }
            match &round.result {
                Ok(settlement) => {
                    desk.last_exchange = Some(round.at);
                    desk.network = Network::Online;
                    if settlement.kept > 0 {
                        Told::Reload
                    } else {
                        Told::Nothing
                    }
                }
                Err(Problem::NotEnrolled) => {
                    desk.network = Network::NotSetUp;
                    Told::Nothing
                }
                Err(problem) => {
                    desk.network = match &round.paused {
                        Some(code) => Network::Paused { code: code.clone() },
                        None => Network::Offline {
                            last: desk.last_exchange,
                        },
                    };
                    if problem.code() == ProblemCode::DeviceWiped {
                        Told::Wipe
                    } else {
                        Told::Nothing
                    }
                }
            }
        }
        SyncReport::Enrolled(Ok(device)) => {
            desk.device = Some(device.to_string());
            desk.network = Network::Online;
            Told::Reload
        }
        SyncReport::Line { up: false } if desk.network == Network::Online => {
            desk.network = Network::Offline {
                last: desk.last_exchange,
            };
            Told::Nothing
        }
        // Its days begin anew.
        SyncReport::Renewed(Ok(())) => Told::Reload,
        SyncReport::Enrolled(Err(_))
        | SyncReport::Fetched
        | SyncReport::Renewed(Err(_))
        | SyncReport::Line { .. } => Told::Nothing,
    }
}

/// Takes the state of the vault into the desk.
pub fn known(desk: &mut Desk, loaded: &Loaded) {
    desk.profile.clone_from(&loaded.profile);
    desk.facility.clone_from(&loaded.facility);
    desk.device.clone_from(&loaded.device);
    if let Some(look) = loaded.look {
        desk.look = look;
    }
    desk.pin_mode = loaded.pin_mode;
    desk.certificate = loaded.certificate;
    desk.last_exchange = desk.last_exchange.max(loaded.last_exchange);
    if desk.network == Network::NotSetUp && loaded.device.is_some() {
        // Enrolled, and nothing heard yet since the start.
        desk.network = Network::Offline {
            last: desk.last_exchange,
        };
    }
}
