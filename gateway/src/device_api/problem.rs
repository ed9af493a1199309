//! Refusals on the wire (RFC 9457), and the status each code has.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::exchange::PROBLEM_MEDIA_TYPE;
use protocol::problem::ProblemCode;

use crate::error::GatewayError;

/// Seconds after which a terminal may try again when the gateway is busy.
const RETRY_AFTER: &str = "5";

/// Seconds after which an enrolment may be tried again.
const RETRY_AFTER_RATE: &str = "60";

/// Seconds after which an attachment may be tried again that its office had no room for: somebody
/// has to decide a request first.
const RETRY_AFTER_QUOTA: &str = "600";

/// A refusal that becomes a response.
#[derive(Debug)]
pub struct ApiError(pub GatewayError);

impl From<GatewayError> for ApiError {
    fn from(error: GatewayError) -> Self {
        Self(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let refusal = self.0.refusal();
        let status = status(&refusal.code);
        if status.is_server_error() {
            tracing::warn!(code = %self.0.code(), error = %self.0, "a request failed");
        } else {
            tracing::info!(code = %refusal.code, "a request was refused");
        }
        let body = serde_json::to_vec(&refusal).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(PROBLEM_MEDIA_TYPE),
        );
        let retry = match status {
            _ if refusal.code == ProblemCode::AttachmentQuota => Some(RETRY_AFTER_QUOTA),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE => Some(RETRY_AFTER),
            StatusCode::TOO_MANY_REQUESTS => Some(RETRY_AFTER_RATE),
            _ => None,
        };
        if let Some(retry) = retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(retry));
        }
        response
    }
}

/// The status of a code. Only refusals reach this: never a success, never a redirect.
fn status(code: &ProblemCode) -> StatusCode {
    use ProblemCode as P;
    match code {
        P::WireTooLarge | P::WireBatch | P::AttachmentTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        P::WireMediaType | P::AttachmentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        P::WireNotFound | P::DocumentUnknown | P::ReleaseUnknown => StatusCode::NOT_FOUND,
        P::WireTimeout => StatusCode::REQUEST_TIMEOUT,
        P::AuthRate => StatusCode::TOO_MANY_REQUESTS,
        P::CertificateMissing | P::CertificateExpired | P::CertificateNotYet => {
            StatusCode::UNAUTHORIZED
        }
        P::CertificateWrong
        | P::DeviceUnknown
        | P::DeviceRevoked
        | P::DeviceWiped
        | P::EnrolTokenUnknown
        | P::EnrolTokenUsed
        | P::EnrolTokenExpired
        | P::EnrolSerial
        | P::StationUnknown
        | P::StationRight => StatusCode::FORBIDDEN,
        P::AttachmentRange | P::StationEnrolled => StatusCode::CONFLICT,
        P::AttachmentDigest => StatusCode::UNPROCESSABLE_ENTITY,
        P::DocumentGone | P::ReleaseWithdrawn => StatusCode::GONE,
        P::DocumentRange => StatusCode::RANGE_NOT_SATISFIABLE,
        P::StoreBusy => StatusCode::SERVICE_UNAVAILABLE,
        P::StoreFull | P::AttachmentQuota => StatusCode::INSUFFICIENT_STORAGE,
        P::StoreFailed | P::StoreForeign | P::WireInternal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}
