//! `POST /v1/station/token`

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::exchange::Refusal;
use protocol::problem::ProblemCode;
use protocol::provisioning::token::{SignedTokenRequest, StationToken};

use super::{ApiError, Shared, body};
use crate::error::GatewayError;
use crate::pki::station::station_token;
use crate::store;

/// Makes a one-time token for the unit whose card a station is about to write. No client
/// certificate: the request itself is signed by the station's key.
#[utoipa::path(
    post,
    path = "/v1/station/token",
    request_body(content = SignedTokenRequest, content_type = "application/vnd.madoguchi.v1+json"),
    responses(
        (status = 200, description = "A token for that unit, for 24 hours and one use, and where the unit finds its gateway.", body = StationToken, content_type = "application/vnd.madoguchi.v1+json"),
        (status = 403, description = "The station is not known, was stopped, or may not make tokens for this office.", body = Refusal, content_type = "application/problem+json"),
        (status = 409, description = "A unit of that serial is enrolled already.", body = Refusal, content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts from one address, or too many tokens of one station.", body = Refusal, content_type = "application/problem+json"),
        (status = "4XX", description = "Nothing was made.", body = Refusal, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing was made; try again after Retry-After.", body = Refusal, content_type = "application/problem+json"),
    )
)]
pub(super) async fn token(
    State(shared): State<Arc<Shared>>,
    Extension(from): Extension<SocketAddr>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let now = shared.gateway.clock.now();
    if !shared.stations.admits(from.ip(), now) {
        return Err(GatewayError::refuse(ProblemCode::AuthRate, "too many attempts").into());
    }
    let request: SignedTokenRequest = body::read_json(&headers, body).await?;
    let gateway = Arc::clone(&shared.gateway);
    let proved = Arc::new(AtomicBool::new(false));
    let is_proved = Arc::clone(&proved);
    let made = store::write_async(&**shared.gateway.engine.store(), move |tx| {
        let trust = gateway.registrar.trust();
        let signed = &request.signed;
        station_token(tx, &*gateway.entropy, trust, signed, &is_proved, now)
    })
    .await;
    match made {
        Ok(token) => {
            tracing::info!("a station made a token");
            body::answer(&token)
        }
        Err(error) => {
            // A station that signed well and is told no is not guessing: it may have fifty more
            // cards to write.
            if !proved.load(Ordering::Relaxed) {
                shared.stations.failed(from.ip(), now);
            }
            Err(error.into())
        }
    }
}
