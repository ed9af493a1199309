//! The log: one JSON object a line on standard error, for journald. No personal data, no secret.

use tracing_subscriber::EnvFilter;

/// Starts the log. `KIOSK_LOG` sets the level (`info` by default).
pub fn start() {
    let filter = EnvFilter::try_from_env("KIOSK_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
