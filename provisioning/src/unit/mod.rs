//! What a unit is: from the technician's files to the partition on the card.

pub mod csv;
mod order;
mod partition;
mod token;

pub use order::Order;
pub use partition::{read, write};
pub use token::TokenSource;

use std::path::Path;

use protocol::provisioning::image::TrustedKeys;

use crate::error::Problem;
use crate::text;

/// Reads the data file of trusted image keys.
///
/// # Errors
/// [`Problem::TrustFile`] names the line.
pub fn trusted_keys(path: &Path) -> Result<TrustedKeys, Problem> {
    let text = text::read_text(path)?;
    toml::from_str(&text).map_err(|error| Problem::TrustFile {
        place: path.display().to_string(),
        line: order::line_of(&text, &error),
        what: error.message().to_owned(),
    })
}
