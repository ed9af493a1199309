//! The seam to the network: requests, answers, and what can go wrong on the way.

use std::time::Duration;

use protocol::exchange::{MEDIA_TYPE, PROBLEM_MEDIA_TYPE, Refusal};
use protocol::problem::ProblemCode;

/// Sends requests to the gateway. The real one is [`super::HttpsTransport`]; tests and the
/// simulation have others.
pub trait Transport {
    /// Sends a request and reads the answer, whatever its status is. Redirects are not
    /// followed.
    ///
    /// # Errors
    /// [`NetError::Down`], [`NetError::Tls`], [`NetError::Timeout`], [`NetError::Truncated`],
    /// [`NetError::TooLarge`].
    fn send(&mut self, request: &HttpRequest<'_>) -> Result<HttpAnswer, NetError>;
}

/// The methods that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// HEAD
    Head,
    /// POST
    Post,
    /// PUT
    Put,
}

/// A request.
#[derive(Clone)]
pub struct HttpRequest<'a> {
    /// Method.
    pub method: Method,
    /// Path from `/v1/` on.
    pub path: &'a str,
    /// `Content-Type` of the body.
    pub media: &'a str,
    /// Further headers: lower-case name, value.
    pub headers: &'a [(&'static str, String)],
    /// Body; empty for GET and HEAD.
    pub body: &'a [u8],
    /// Largest answer in bytes that is read.
    pub answer_limit: u64,
}

/// An answer. Only the headers that are used are kept.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct HttpAnswer {
    /// Status.
    pub status: u16,
    /// `Content-Type` without parameters, lower case.
    pub media: String,
    /// `Retry-After` in seconds. Dates are not read: they depend on the clock.
    pub retry_after: Option<Duration>,
    /// `ETag`.
    pub etag: Option<String>,
    /// `Content-Range`.
    pub content_range: Option<String>,
    /// `Upload-Offset`.
    pub upload_offset: Option<u64>,
    /// `Upload-Complete`: all of it is held and verified.
    pub upload_complete: bool,
    /// Body.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// The typed refusal in the body, if this is one of ours.
    #[must_use]
    pub fn refusal(&self) -> Option<ProblemCode> {
        if self.media != PROBLEM_MEDIA_TYPE {
            return None;
        }
        serde_json::from_slice::<Refusal>(&self.body)
            .ok()
            .map(|refusal| refusal.code)
    }

    /// The body, if the gateway accepted the request and answered in our media type.
    ///
    /// # Errors
    /// What the status and the media type say; see [`NetError`].
    pub fn accepted(&self) -> Result<&[u8], NetError> {
        self.judge(MEDIA_TYPE)
    }

    /// As [`HttpAnswer::accepted`] for another media type.
    pub(super) fn judge(&self, media: &str) -> Result<&[u8], NetError> {
        match self.status {
            200..=299 if self.media == media => Ok(&self.body),
            200..=299 => Err(NetError::Portal("another media type")),
            300..=399 => Err(NetError::Redirect),
            status => Err(self.failure(status)),
        }
    }

    fn failure(&self, status: u16) -> NetError {
        let code = self.refusal();
        match (status, code) {
            // RFC 6585: the network, not the gateway, wants a sign-in.
            (511, _) => NetError::Portal("the network asks for a sign-in"),
            (408 | 425 | 429 | 500..=599, code) => NetError::Busy {
                retry_after: self.retry_after,
                code,
            },
            // Proxies and portals answer without our problem type.
            (_, None) => NetError::Portal("a refusal that is not typed"),
            (401 | 403, Some(code)) => NetError::Barred(code),
            (413, Some(_)) => NetError::RequestTooLarge,
            (_, Some(code)) => NetError::Refused(code),
        }
    }
}

impl std::fmt::Debug for HttpAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpAnswer")
            .field("status", &self.status)
            .field("media", &self.media)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why an exchange did not come about. Nothing is lost in any of these cases.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// No connection: no link, no name, refused, reset.
    #[error("no connection ({0})")]
    Down(String),
    /// The gateway did not answer in time.
    #[error("no answer in time")]
    Timeout,
    /// A certificate was not accepted, here or there. The text is the TLS library's.
    #[error("TLS: {0}")]
    Tls(String),
    /// Somebody else answered: a captive portal or a proxy.
    #[error("not the gateway's answer: {0}")]
    Portal(&'static str),
    /// A redirect. They are never followed.
    #[error("a redirect")]
    Redirect,
    /// The connection ended before the answer did.
    #[error("the answer was cut off")]
    Truncated,
    /// The answer is larger than what was asked for can be.
    #[error("the answer is too large")]
    TooLarge,
    /// 408, 425, 429, 5xx: later.
    #[error("the gateway is busy")]
    Busy {
        /// When to come back, if it said so.
        retry_after: Option<Duration>,
        /// Its code, if it gave one.
        code: Option<ProblemCode>,
    },
    /// 401, 403: this terminal is not let in.
    #[error("not let in: {0}")]
    Barred(ProblemCode),
    /// 413: a smaller batch.
    #[error("the request is too large")]
    RequestTooLarge,
    /// Another typed refusal of the whole request.
    #[error("refused: {0}")]
    Refused(ProblemCode),
    /// The answer has our media type but does not verify.
    #[error("the answer does not verify: {0}")]
    Answer(&'static str),
    /// The receipt page's signature is wrong or by an unknown key.
    #[error("the receipt does not verify: {0}")]
    Receipt(&'static str),
}

impl NetError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Down(_) => ProblemCode::NetDown,
            Self::Timeout => ProblemCode::NetTimeout,
            Self::Tls(_) => ProblemCode::NetTls,
            Self::Portal(_) => ProblemCode::NetPortal,
            Self::Redirect => ProblemCode::NetRedirect,
            Self::Truncated => ProblemCode::NetTruncated,
            Self::TooLarge => ProblemCode::NetTooLarge,
            Self::Busy { code, .. } => code.clone().unwrap_or(ProblemCode::NetDown),
            Self::Barred(code) | Self::Refused(code) => code.clone(),
            Self::RequestTooLarge => ProblemCode::WireTooLarge,
            Self::Answer(_) => ProblemCode::NetAnswer,
            Self::Receipt(_) => ProblemCode::NetReceipt,
        }
    }
}
