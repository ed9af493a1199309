//! `POST /v1/exchange`

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::exchange::{ExchangeRequest, ExchangeResponse, MAX_REQUEST_BYTES, Refusal};

use super::{ApiError, Shared, body};
use crate::pki::peer::{Admission, Peer};

/// One round trip: commands in; receipts, answers and news out.
#[utoipa::path(
    post,
    path = "/v1/exchange",
    request_body(content = ExchangeRequest, content_type = "application/vnd.madoguchi.v1+json"),
    responses(
        (status = 200, description = "Signed receipts, and the feed after the cursor. A command without a receipt was not taken this time: an attachment it names is not here yet.", body = ExchangeResponse, content_type = "application/vnd.madoguchi.v1+json"),
        (status = "4XX", description = "Nothing was done.", body = Refusal, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing was done; try again after Retry-After.", body = Refusal, content_type = "application/problem+json"),
    )
)]
pub(super) async fn exchange(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Arc<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let gateway = &shared.gateway;
    let device = peer.admit(Admission::Valid, gateway.clock.now())?;
    let request = body::read(&headers, body, MAX_REQUEST_BYTES).await?;
    let answer = gateway
        .engine
        .exchange_async(device, &request, gateway.clock.now())
        .await?;
    body::answer(&answer)
}
