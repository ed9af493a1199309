#[test]
fn the_committed_contract_is_the_codes() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == gateway::device_api::openapi::document(),
        "docs/openapi.json differs from the code; write it again with `make openapi`"
    );
}

#[test]
fn the_contract_names_every_call_and_the_media_types() {
    let text = gateway::device_api::openapi::document();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let paths = document["paths"].as_object().unwrap();
    for path in [
        "/v1/exchange",
        "/v1/documents/{id}",
        "/v1/attachments/{sha256}",
        "/v1/enrol",
        "/v1/renew",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
    assert!(text.contains(protocol::exchange::MEDIA_TYPE));
    assert!(text.contains(protocol::exchange::PROBLEM_MEDIA_TYPE));
    for schema in [
        "ExchangeRequest",
        "ExchangeResponse",
        "ReceiptPage",
        "Command",
        "Refusal",
    ] {
        assert!(
            document["components"]["schemas"].get(schema).is_some(),
            "{schema}"
        );
    }
}
