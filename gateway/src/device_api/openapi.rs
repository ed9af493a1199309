//! The contract, generated from the code and committed as `docs/openapi.json`.

use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Madoguchi device API",
        description = "What a terminal may call at its gateway. TLS 1.3 only; a client certificate on everything but enrolment. The terminal's record is checked on every request."
    ),
    paths(
        super::exchange::exchange,
        super::documents::document,
        super::attachments::held,
        super::attachments::upload,
        super::enrol::enrol,
        super::renew::renew,
        super::releases::release,
        super::station::token,
    ),
    components(schemas(protocol::exchange::ReceiptPage))
)]
struct DeviceApi;

/// The OpenAPI document as JSON, ending in a line feed.
#[must_use]
pub fn document() -> String {
    let mut text = DeviceApi::openapi()
        .to_pretty_json()
        .expect("the document is made of strings and numbers only");
    text.push('\n');
    text
}
