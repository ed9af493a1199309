//! What a terminal may call. One file a route.
//!
//! | Call | Certificate |
//! |---|---|
//! | `POST /v1/exchange` | valid |
//! | `GET /v1/documents/{id}` | valid |
//! | `HEAD`, `PUT /v1/attachments/{sha256}` | valid |
//! | `POST /v1/renew` | valid, or ended |
//! | `GET /v1/releases/{sha256}` | valid |
//! | `POST /v1/enrol` | none needed |
//! | `POST /v1/station/token` | none needed: the request is signed |
//!
//! Every request checks the terminal's record, so a revoked terminal is refused at once,
//! on kept-alive connections and resumed sessions too.

mod attachments;
mod body;
mod documents;
mod enrol;
mod exchange;
mod keeper;
pub mod openapi;
mod pieces;
mod problem;
mod ranges;
mod rate;
mod releases;
mod renew;
mod rest;
pub mod serve;
mod station;
mod strangers;
mod turns;

use std::sync::Arc;

use axum::Router;
use axum::http::{Method, Uri};
use axum::routing::{get, head, post};
use protocol::problem::ProblemCode;
use tokio::sync::Semaphore;

use crate::error::GatewayError;
use crate::gateway::Gateway;

pub use problem::ApiError;
use rate::RateLimit;
use turns::Turns;

/// What the routes share.
struct Shared {
    gateway: Arc<Gateway>,
    enrolments: RateLimit,
    stations: RateLimit,
    releases: Arc<Semaphore>,
    uploads: Turns,
    downloads: Arc<Semaphore>,
}

/// The routes of a gateway.
pub fn routes(gateway: Arc<Gateway>) -> Router {
    let downloads = gateway.config.limits.downloads;
    let shared = Arc::new(Shared {
        gateway,
        downloads: Arc::new(Semaphore::new(downloads as usize)),
        enrolments: RateLimit::default(),
        stations: RateLimit::default(),
        releases: Arc::new(Semaphore::new(releases::AT_ONCE)),
        uploads: Turns::default(),
    });
    Router::new()
        .route("/v1/exchange", post(exchange::exchange))
        .route("/v1/documents/{id}", get(documents::document))
        .route(
            "/v1/attachments/{sha256}",
            head(attachments::held).put(attachments::upload),
        )
        .route("/v1/releases/{sha256}", get(releases::release))
        .route("/v1/enrol", post(enrol::enrol))
        .route("/v1/station/token", post(station::token))
        .route("/v1/renew", post(renew::renew))
        .fallback(no_route)
        .method_not_allowed_fallback(no_route)
        .with_state(shared)
}

async fn no_route(method: Method, uri: Uri) -> ApiError {
    tracing::debug!(%method, path_bytes = uri.path().len(), "no such call");
    GatewayError::refuse(ProblemCode::WireNotFound, "there is no such call").into()
}
