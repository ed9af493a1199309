//! What the units of the image promise each other and the programs in them.

/// The desk's unit.
const DESK: &str = include_str!("../../rootfs/etc/systemd/system/madoguchi-kiosk.service");

/// With any of these `bwrap` makes no room to draw documents in: they cover parts of `/proc`,
/// forbid namespaces, or take `openat2(2)` away (systemd.exec(5)).
const NOT_WITH_BWRAP: [&str; 6] = [
    "ProtectProc",
    "ProtectKernelTunables",
    "ProtectKernelLogs",
    "ProtectHostname",
    "RestrictNamespaces",
    "RestrictSUIDSGID",
];

#[test]
fn the_desks_unit_leaves_room_to_draw_documents_in() {
    for line in DESK.lines() {
        let setting = line.split('=').next().unwrap_or_default();
        assert!(!NOT_WITH_BWRAP.contains(&setting), "{line}");
    }
}

#[test]
fn the_desks_unit_is_kept_in_otherwise() {
    for line in [
        "User=kiosk",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        "DevicePolicy=closed",
        "MemoryDenyWriteExecute=yes",
        "SystemCallFilter=@system-service @mount",
    ] {
        assert!(DESK.lines().any(|found| found == line), "{line}");
    }
}
