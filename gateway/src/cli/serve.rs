//! `gateway serve`

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::Context;
use crate::config::Config;
use crate::device_api::serve::serve;
use crate::entropy::SystemEntropy;
use crate::error::GatewayError;
use crate::gateway::{Gateway, Layout};
use crate::store::sqlite::SqliteStore;
use crate::store::{self, Store};

#[derive(Debug, Args)]
pub struct Serve {
    /// Listen here instead of where the configuration says; port 0 takes a free one.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Tell terminals these addresses instead of the configuration's. With a free port and
    /// no address given, they are told `https://localhost:PORT`.
    #[arg(long = "endpoint")]
    endpoints: Vec<String>,
}

impl Serve {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        log();
        let layout = &context.layout;
        let mut config = Config::load(&layout.config())?;
        // Says what is wrong when the folder is not a gateway's, or its database not whole.
        layout.look_through_store()?;
        let bound = config.limits.database_bytes;
        let store = Arc::new(SqliteStore::grouped_within(&layout.database(), bound)?);
        sweep(layout, &*store)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|e| GatewayError::io("start", "runtime", e))?;
        runtime.block_on(async {
            let listen = self.listen.unwrap_or(config.listen);
            let place = listen.to_string();
            let listener = TcpListener::bind(listen)
                .await
                .map_err(|e| GatewayError::io("listen on", &place, e))?;
            let address = listener
                .local_addr()
                .map_err(|e| GatewayError::io("listen on", &place, e))?;
            if !self.endpoints.is_empty() {
                config.endpoints = self.endpoints;
            } else if listen.port() == 0 {
                config.endpoints = vec![format!("https://localhost:{}", address.port())];
            }
            let is_passing = self.listen.is_some_and(|listen| listen.port() == 0);
            let endpoint = config.endpoints.first().cloned();
            let gateway = Gateway::assemble(
                layout,
                config,
                store,
                Arc::new(context.clock),
                Arc::new(SystemEntropy::default()),
            )?;
            if !is_passing {
                gateway.announce_trust()?;
            }
            let tls = gateway.tls(layout)?;
            context.output.print(
                &format!("listening on {address}"),
                &json!({ "listening": address, "endpoint": endpoint }),
            )?;
            serve(Arc::new(gateway), tls, listener, stop_signal()).await
        })
    }
}

/// Files whose row never came to be (a crash in between) are removed after this long.
const ORPHAN_AGE: Duration = Duration::from_secs(86_400);

fn sweep(layout: &Layout, store: &dyn Store) -> Result<(), GatewayError> {
    let needed = store::read(store, |tx| tx.blobs())?;
    let needed = needed.iter().map(|blob| blob.name).collect();
    let removed = layout.open_blobs()?.sweep(&needed, ORPHAN_AGE)?;
    if removed > 0 {
        tracing::info!(removed, "files without a row were removed");
    }
    Ok(())
}

/// One JSON object a line on standard error; `RUST_LOG` chooses what.
fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}

async fn stop_signal() {
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut stream) => {
                stream.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminate => {}
        interrupted = tokio::signal::ctrl_c() => {
            if interrupted.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
