//! `POST /v1/enrol`

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::exchange::{EnrolRequest, Enrolment, Refusal};
use protocol::problem::ProblemCode;

use super::{ApiError, Shared, body};
use crate::error::GatewayError;
use crate::store;

/// Makes a terminal from a one-time token and a certificate request. The only call of a terminal
/// without a client certificate.
#[utoipa::path(
    post,
    path = "/v1/enrol",
    request_body(content = EnrolRequest, content_type = "application/vnd.madoguchi.v1+json"),
    responses(
        (status = 200, description = "The terminal's certificate and what it trusts. The same request sent again gets the same certificate.", body = Enrolment, content_type = "application/vnd.madoguchi.v1+json"),
        (status = "4XX", description = "Nothing changed.", body = Refusal, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing changed; try again after Retry-After.", body = Refusal, content_type = "application/problem+json"),
    )
)]
pub(super) async fn enrol(
    State(shared): State<Arc<Shared>>,
    Extension(from): Extension<SocketAddr>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let now = shared.gateway.clock.now();
    if !shared.enrolments.admits(from.ip(), now) {
        return Err(GatewayError::refuse(ProblemCode::AuthRate, "too many attempts").into());
    }
    let request: EnrolRequest = body::read_json(&headers, body).await?;
    let gateway = Arc::clone(&shared.gateway);
    let outcome = store::write_async(&**shared.gateway.engine.store(), move |tx| {
        gateway.registrar.enrol(tx, &request, now)
    })
    .await;
    match outcome {
        Ok(enrolment) => {
            tracing::info!(device = %enrolment.device, "a terminal was enrolled");
            body::answer(&enrolment)
        }
        Err(error) => {
            shared.enrolments.failed(from.ip(), now);
            Err(error.into())
        }
    }
}
