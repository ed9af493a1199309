//! What the municipality's operator does. Each function is one transaction; the gateway
//! may be serving from the same file meanwhile.

mod backup;
mod devices;
mod documents;
mod offices;
mod provisioning;

pub use backup::{BackedUp, backup};
pub use devices::{NewToken, new_token, set_state};
pub use documents::{Delivery, SavedAttachments, decline, deliver, save_attachments};
pub use offices::{add_notice, put_insurer, put_office, stop_staff};
pub use provisioning::{TakenRecord, add_image, add_station, take_record};
