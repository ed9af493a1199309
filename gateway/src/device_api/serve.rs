//! The accept loop: our own TLS in front of the routes.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use protocol::problem::ProblemCode;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::Service;

use super::keeper::Keeper;
use super::rest::lend;
use super::routes;
use super::strangers::{self, Strangers};
use crate::error::GatewayError;
use crate::gateway::Gateway;
use crate::pki::peer::Peer;

/// A handshake that takes longer is dropped.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// A connection whose next request's head is not whole after this long is closed: idle
/// terminals come back, slow-loris does not get far.
const IDLE_TIME: Duration = Duration::from_secs(120);

/// Requests under way may finish within this after a stop.
const STOP_TIME: Duration = Duration::from_secs(5);

/// Wait after a failure to accept (too many open files, usually).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Bytes a connection may buffer.
const BUFFER_BYTES: usize = 64 * 1024;

/// Serves until `stop` is done, then lets requests under way finish.
///
/// # Errors
/// When the listener's address cannot be used.
pub async fn serve(
    gateway: Arc<Gateway>,
    tls: ServerConfig,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> Result<(), GatewayError> {
    let permits = gateway.config.limits.connections;
    let slots = Arc::new(Semaphore::new(permits as usize));
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let (tell_stop, stopping) = watch::channel(false);
    let keeper = Keeper::start(Arc::clone(&gateway))?;
    let lobby = Lobby {
        acceptor,
        routes: routes(gateway),
        strangers: Arc::default(),
    };
    tokio::pin!(stop);
    loop {
        let slot = tokio::select! {
            () = &mut stop => break,
            slot = Arc::clone(&slots).acquire_owned() => slot,
        };
        let Ok(slot) = slot else { break };
        let (stream, from) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        let (lobby, stopping) = (lobby.clone(), stopping.clone());
        tokio::spawn(async move {
            connection(lobby, stream, from, stopping).await;
            drop(slot);
        });
    }
    // Everybody may have gone already.
    let _ = tell_stop.send(true);
    if tokio::time::timeout(STOP_TIME, slots.acquire_many(permits))
        .await
        .is_err()
    {
        tracing::warn!("some connections were cut at the stop");
    }
    if tokio::task::spawn_blocking(|| keeper.stop()).await.is_err() {
        tracing::error!("the tidying could not be waited for");
    }
    Ok(())
}

/// What every connection goes through.
#[derive(Clone)]
struct Lobby {
    acceptor: TlsAcceptor,
    routes: Router,
    strangers: Arc<Strangers>,
}

/// Cuts the connection that a request came on: its other side takes nothing any more.
#[derive(Debug, Clone, Default)]
pub(super) struct Cut(Arc<Notify>);

impl Cut {
    /// Cuts it.
    pub(super) fn now(&self) {
        self.0.notify_one();
    }

    /// Waits for it.
    pub(super) async fn wanted(&self) {
        self.0.notified().await;
    }
}

async fn connection(
    lobby: Lobby,
    stream: TcpStream,
    from: SocketAddr,
    mut stopping: watch::Receiver<bool>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no-delay was refused");
    }
    let stream = match tokio::time::timeout(HANDSHAKE_TIME, lobby.acceptor.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            let code = handshake_code(&error);
            tracing::info!(%code, %error, "a handshake failed");
            return;
        }
        Err(_) => {
            tracing::info!("a handshake took too long");
            return;
        }
    };
    let certificate = stream
        .get_ref()
        .1
        .peer_certificates()
        .and_then(|chain| chain.first());
    let peer = Arc::new(Peer::of(certificate.map(|der| der.as_ref())));
    let (head_time, place) = match *peer {
        Peer::Nobody => match lobby.strangers.admit(from.ip()) {
            Some(place) => (strangers::HEAD_TIME, Some(place)),
            None => {
                tracing::info!("too many connections without a certificate from one address");
                return;
            }
        },
        Peer::Misnamed | Peer::Device(_) => (IDLE_TIME, None),
    };
    let cut = Cut::default();
    let cutting = cut.clone();
    let routes = lobby.routes;
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (head, body) = request.into_parts();
        let (lent, rest) = lend(body);
        let mut request = hyper::Request::from_parts(head, Body::new(lent));
        request.extensions_mut().insert(Arc::clone(&peer));
        request.extensions_mut().insert(from);
        request.extensions_mut().insert(cut.clone());
        // A router is always ready: its `poll_ready` says so without looking.
        let answer = routes.clone().call(request);
        async move {
            let answer = answer.await;
            rest.throw_away().await;
            answer
        }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(head_time)
        .max_buf_size(BUFFER_BYTES);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = cutting.wanted() => {
            tracing::info!("a connection was cut whose other side took nothing");
            return;
        }
        _ = stopping.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.as_mut().await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection ended early");
    }
    drop(place);
}

/// The code of a handshake that ended with an alert.
fn handshake_code(error: &std::io::Error) -> ProblemCode {
    let tls = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match tls {
        Some(rustls::Error::InvalidCertificate(_)) => ProblemCode::CertificateWrong,
        _ => ProblemCode::NetTls,
    }
}
