//! `POST /v1/renew`

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::exchange::{Enrolment, Refusal, RenewRequest};

use super::{ApiError, Shared, body};
use crate::pki::peer::{Admission, Peer};
use crate::store;

/// Issues a fresh certificate for a fresh key. An ended certificate is enough, while the
/// terminal's record is active.
#[utoipa::path(
    post,
    path = "/v1/renew",
    request_body(content = RenewRequest, content_type = "application/vnd.madoguchi.v1+json"),
    responses(
        (status = 200, description = "The new certificate and what the terminal trusts.", body = Enrolment, content_type = "application/vnd.madoguchi.v1+json"),
        (status = "4XX", description = "Nothing changed; the old certificate stays as it is.", body = Refusal, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing changed; try again after Retry-After.", body = Refusal, content_type = "application/problem+json"),
    )
)]
pub(super) async fn renew(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Arc<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let now = shared.gateway.clock.now();
    let device = peer.admit(Admission::ValidOrExpired, now)?.clone();
    let request: RenewRequest = body::read_json(&headers, body).await?;
    let gateway = Arc::clone(&shared.gateway);
    let enrolment = store::write_async(&**shared.gateway.engine.store(), move |tx| {
        gateway.registrar.renew(tx, &device, &request, now)
    })
    .await?;
    tracing::info!(device = %enrolment.device, "a certificate was renewed");
    body::answer(&enrolment)
}
