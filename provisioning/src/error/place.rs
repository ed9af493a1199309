//! Where in a person's files something is wrong.

use protocol::provisioning::device::DeviceConfigError;

use super::Problem;

/// A row of a batch that cannot be written.
#[derive(Debug)]
pub struct BadRow {
    /// Line in the file, from 1.
    pub line: usize,
    /// Which card, as it stands there.
    pub card: String,
    /// Why not.
    pub problem: Problem,
}

/// All of them in one line.
pub(super) fn rows(rows: &[BadRow]) -> String {
    let rows = rows
        .iter()
        .map(|row| format!("line {} ({}): {}", row.line, row.card, row.problem));
    rows.collect::<Vec<_>>().join("; ")
}

/// The key in an order that names the files of the roots.
pub const ROOTS_KEY: &str = "root_files";

impl Problem {
    /// What is wrong with a configuration as a whole, by the line of its key.
    #[must_use]
    pub fn config(error: DeviceConfigError, text: &str) -> Self {
        // What is called `roots` on a card is read from the files that the order names.
        let key = match error {
            DeviceConfigError::Roots => ROOTS_KEY,
            other => other.key(),
        };
        Self::ConfigValue {
            line: line_of_key(text, key),
            what: error.to_string(),
        }
    }

    /// The same problem of a value, told by its row in a batch: there the whole unit is known.
    #[must_use]
    pub fn in_row(self, row: usize) -> Self {
        match self {
            Self::ConfigValue { what, .. } => Self::ConfigValue { line: row, what },
            other => other,
        }
    }
}

/// The line, from 1, on which a key stands; the first where it does not.
#[must_use]
pub fn line_of_key(text: &str, key: &str) -> usize {
    let line = text
        .lines()
        .position(|line| line.trim_start().starts_with(key));
    line.map_or(1, |index| index + 1)
}
