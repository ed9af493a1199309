//! Reading bodies within bounds of size and time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use protocol::exchange::MEDIA_TYPE;
use protocol::problem::ProblemCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ApiError;
use crate::error::GatewayError;

/// A body that is not whole after this long is dropped (slow loris).
pub const BODY_TIME: Duration = Duration::from_secs(30);

/// Largest body of the small calls (enrol, renew), in bytes.
pub const SMALL_BODY: usize = 16 * 1024;

/// Reads a whole body of our media type.
pub async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, ApiError> {
    let refuse = |code, title| Err(GatewayError::refuse(code, title).into());
    if !is_ours(headers) {
        return refuse(ProblemCode::WireMediaType, "another media type");
    }
    let collected = tokio::time::timeout(BODY_TIME, Limited::new(body, limit).collect()).await;
    match collected {
        Err(_) => refuse(ProblemCode::WireTimeout, "the body came too slowly"),
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(e)) if e.is::<LengthLimitError>() => {
            refuse(ProblemCode::WireTooLarge, "the body is too large")
        }
        Ok(Err(_)) => refuse(ProblemCode::WireBody, "the body ended early"),
    }
}

/// Reads a small JSON body of our media type.
pub async fn read_json<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Body,
) -> Result<T, ApiError> {
    let bytes = read(headers, body, SMALL_BODY).await?;
    serde_json::from_slice(&bytes).map_err(|_| {
        GatewayError::refuse(
            ProblemCode::WireBody,
            "the body is not what this call takes",
        )
        .into()
    })
}

/// An answer in our media type.
pub fn answer(value: &impl Serialize) -> Result<Response, ApiError> {
    let body =
        serde_json::to_vec(value).map_err(|_| GatewayError::damaged("answer cannot be written"))?;
    let mut response = body.into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    Ok(response)
}

fn is_ours(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case(MEDIA_TYPE))
}
