//! `gateway init`, `gateway renew-server`

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Context;
use crate::config::Config;
use crate::entropy::SystemEntropy;
use crate::error::GatewayError;
use crate::gateway::Layout;
use crate::private;
use crate::store::sqlite::SqliteStore;

#[derive(Debug, Args)]
pub struct Init {
    /// The folder to make; `--dir` if not given.
    folder: Option<PathBuf>,
    /// Names and addresses the server is reached by; the first goes into the endpoint.
    #[arg(long = "name", value_name = "NAME", default_values = ["localhost", "127.0.0.1"])]
    names: Vec<String>,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// The address terminals are told; made from the first name and the port if not given.
    #[arg(long)]
    endpoint: Option<String>,
}

impl Init {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        let layout = match &self.folder {
            Some(folder) => Layout::at(folder),
            None => context.layout.clone(),
        };
        let file = layout.config();
        if file.exists() || layout.database().exists() {
            return Err(GatewayError::Input(format!(
                "{} exists already; nothing was changed",
                file.display()
            )));
        }
        let folder = file.parent().unwrap_or(&file);
        private::make_folder(folder)?;
        let first = self.names.first().map_or("localhost", String::as_str);
        let endpoint = self
            .endpoint
            .unwrap_or_else(|| format!("https://{first}:{}", self.listen.port()));
        let config = Config::first(self.listen, &endpoint);
        Config::parse(&file, &config)?;
        layout
            .pki()
            .create(&self.names, context.now(), &SystemEntropy::default())?;
        drop(SqliteStore::direct(&layout.database())?);
        layout.open_blobs()?;
        private::write(&file, config.as_bytes())?;
        context.output.print(
            &format!("{} is ready; next: gateway serve", folder.display()),
            &json!({ "config": file, "endpoint": endpoint, "roots": layout.pki().server_roots()? }),
        )
    }
}

#[derive(Debug, Args)]
pub struct RenewServer {
    /// Names and addresses the server is reached by.
    #[arg(long = "name", value_name = "NAME", default_values = ["localhost", "127.0.0.1"])]
    names: Vec<String>,
}

impl RenewServer {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        context
            .layout
            .pki()
            .renew_server(&self.names, context.now(), &SystemEntropy::default())?;
        context.output.print(
            "the server has a new certificate; restart it to use it",
            &json!({ "renewed": true }),
        )
    }
}
