//! What the municipality's operator does. Each function is one transaction; the gateway
//! may be serving from the same file meanwhile.

mod accounts;
mod backup;
mod devices;
mod documents;
mod offices;
mod provisioning;
mod releases;
mod stations;

pub use accounts::{clear_account, set_account};
pub use backup::{BackedUp, backup};
pub use devices::{NewToken, cancel_tokens, new_token, set_state};
pub(crate) use devices::{enrolled, retire};
pub use documents::{Delivery, SavedAttachments, decline, deliver, save_attachments};
pub use offices::{add_notice, put_insurer, put_office, stop_staff};
pub(crate) use provisioning::is_signed;
pub use provisioning::{TakenRecord, add_image, add_station, take_record};
pub use releases::{Bundles, Offered, add_release, offer_release, withdraw_release};
pub use stations::{allow_station, deny_station, revoke_station};
