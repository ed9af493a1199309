//! Ranges of a download, and the response they make.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::problem::ProblemCode;

use super::ApiError;
use crate::error::GatewayError;

/// What of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// All of it.
    Whole,
    /// First byte, and the byte after the last.
    Range(u64, u64),
    /// Nothing that is in it.
    Outside,
}

/// Reads `Range` and `If-Range` (RFC 9110 14.2, 13.1.5). What cannot be read counts as not
/// asked, as the RFC says.
pub(super) fn asked_range(headers: &HeaderMap, etag: &str, size: u64) -> Asked {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
    if text(&header::IF_RANGE).is_some_and(|kept| kept != etag) {
        return Asked::Whole;
    }
    let Some((first, last)) = text(&header::RANGE)
        .and_then(|range| range.strip_prefix("bytes="))
        .and_then(|range| range.split_once('-'))
    else {
        return Asked::Whole;
    };
    let Ok(from) = first.parse::<u64>() else {
        return Asked::Whole;
    };
    let to = match last {
        "" => size,
        last => match last.parse::<u64>() {
            Ok(last) if last >= from => last.saturating_add(1).min(size),
            _ => return Asked::Whole,
        },
    };
    if from < size {
        Asked::Range(from, to)
    } else {
        Asked::Outside
    }
}

/// The refusal of a range that is not inside.
pub(super) fn outside(size: u64) -> Response {
    let refusal = GatewayError::refuse(
        ProblemCode::DocumentRange,
        "the range is not inside the file",
    );
    let mut response = ApiError::from(refusal).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// The response that carries pieces: whole, or the range from the first byte to the one before
/// the last.
pub(super) fn response(
    body: Body,
    media: &'static str,
    etag: &str,
    range: Option<(u64, u64)>,
    size: u64,
) -> Response {
    let mut response = body.into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        out.insert(header::ETAG, etag);
    }
    if let Some((from, to)) = range {
        if let Ok(value) = HeaderValue::from_str(&format!("bytes {from}-{}/{size}", to - 1)) {
            out.insert(header::CONTENT_RANGE, value);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn asked(range: &str, kept: Option<&str>) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_str(range).unwrap());
        if let Some(kept) = kept {
            headers.insert(header::IF_RANGE, HeaderValue::from_str(kept).unwrap());
        }
        asked_range(&headers, "\"abc\"", 100)
    }

    #[test]
    fn a_cut_download_goes_on_only_if_the_document_is_still_the_same() {
        assert_eq!(asked("bytes=40-", Some("\"abc\"")), Asked::Range(40, 100));
        assert_eq!(asked("bytes=40-", Some("\"other\"")), Asked::Whole);
    }

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        assert_eq!(asked("bytes=0-", None), Asked::Range(0, 100));
        assert_eq!(asked("bytes=10-19", None), Asked::Range(10, 20));
        assert_eq!(asked("bytes=10-500", None), Asked::Range(10, 100));
        assert_eq!(asked("bytes=100-", None), Asked::Outside);
        for unreadable in [
            "bytes=-5",
            "bytes=5-4",
            "lines=1-2",
            "bytes=a-b",
            "bytes=1-2,4-5",
        ] {
            assert_eq!(asked(unreadable, None), Asked::Whole, "{unreadable}");
        }
    }
}
