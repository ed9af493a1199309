//! Printing: lines for people, JSON for programs.

use std::io::Write;

use serde_json::{Value, json};

use crate::error::GatewayError;

/// Where results go.
pub struct Output {
    json: bool,
}

impl Output {
    /// Prints JSON, or lines.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints a result in the form that was asked for.
    pub fn print(&self, lines: &str, value: &Value) -> Result<(), GatewayError> {
        if self.json {
            self.raw(&format!("{value}\n"))
        } else {
            self.raw(&format!("{}\n", lines.trim_end()))
        }
    }

    /// Prints a text as it is.
    pub fn raw(&self, text: &str) -> Result<(), GatewayError> {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .map_err(|e| GatewayError::io("write to", "standard output", e))
    }

    /// Prints a failure on standard error.
    pub fn error(&self, error: &GatewayError) {
        let code = error.code();
        self.complain(if self.json {
            json!({ "code": code, "error": error.to_string() }).to_string()
        } else {
            format!("{code}: {error}")
        });
    }

    /// The same for one file of several.
    pub fn error_of(&self, file: &str, error: &GatewayError) {
        let code = error.code();
        self.complain(if self.json {
            json!({ "file": file, "code": code, "error": error.to_string() }).to_string()
        } else {
            format!("{code}: {file}: {error}")
        });
    }

    fn complain(&self, text: String) {
        // Without a standard error there is nobody to tell.
        let _ = writeln!(std::io::stderr(), "{text}");
    }
}
