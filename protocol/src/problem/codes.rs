//! The list of codes.

macro_rules! problem_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal,)+) => {
        /// A problem with a stable code.
        ///
        /// Each variant says what happened, what is safe, and what to do.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ProblemCode {
            $($(#[doc = $doc])+ $name,)+
            /// A code that this build does not know, from a newer partner. Shown as it is.
            Other(String),
        }

        impl ProblemCode {
            /// Every code that this build knows.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable text, such as `MDG-CARD-TORN`.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $text,)+
                    Self::Other(text) => text,
                }
            }

            pub(super) fn known(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$name),)+
                    _ => None,
                }
            }
        }
    };
}

problem_codes! {
    // ── The wire ────────────────────────────────────────────────────────────────────
    /// The body is not the JSON that the call takes. Nothing was done. The sender has a
    /// defect or another version: update it.
    WireBody = "MDG-WIRE-BODY",
    /// The body is larger than the limit. Nothing was done. The terminal halves the batch.
    WireTooLarge = "MDG-WIRE-TOO-LARGE",
    /// More commands than one exchange takes. Nothing was done. Send fewer at a time.
    WireBatch = "MDG-WIRE-BATCH",
    /// The gateway does not know what is asked. That command is refused, others go on.
    /// Update the gateway.
    WireUnknownCommand = "MDG-WIRE-UNKNOWN-COMMAND",
    /// The partner speaks another version of the wire. Nothing was done; the queue waits.
    /// Update the older side.
    WireVersion = "MDG-WIRE-VERSION",
    /// The request or response has another media type than ours. Nothing counts as sent.
    WireMediaType = "MDG-WIRE-MEDIA-TYPE",
    /// There is no such call. Nothing was done. Check the configured address.
    WireNotFound = "MDG-WIRE-NOT-FOUND",
    /// The request arrived too slowly and was dropped. Nothing was done; it is tried again.
    WireTimeout = "MDG-WIRE-TIMEOUT",
    /// The gateway failed inside. What was receipted is safe; the rest is tried again. The
    /// operator's log says more.
    WireInternal = "MDG-WIRE-INTERNAL",
    /// Too many attempts in a short time from one place. Nothing was done. Wait.
    AuthRate = "MDG-AUTH-RATE",

    // ── Commands ────────────────────────────────────────────────────────────────────
    /// The id was used before with another body. The first one stands; this one is put in
    /// quarantine. Make a new command if it was meant.
    CommandIdConflict = "MDG-COMMAND-ID-CONFLICT",
    /// The office may not ask this insurer. Nothing was asked. Check the insurer.
    CommandScope = "MDG-COMMAND-SCOPE",
    /// The command needs an insurer and names none. Nothing was asked.
    CommandInsurer = "MDG-COMMAND-INSURER",
    /// The office number in the request is not the enrolled office's. Nothing was asked.
    /// Correct the profile.
    CommandOffice = "MDG-COMMAND-OFFICE",
    /// More than ten people in one request. Nothing was asked. Split it.
    CommandTooManySubjects = "MDG-COMMAND-TOO-MANY-SUBJECTS",
    /// A person in the request is missing, doubled or contradicts itself. Nothing was
    /// asked. Correct the person and send again.
    CommandSubject = "MDG-COMMAND-SUBJECT",
    /// A date contradicts another one. Nothing was asked. Correct it and send again.
    CommandDate = "MDG-COMMAND-DATE",
    /// A field is empty, too long or has a value that it cannot have. Nothing was done.
    CommandField = "MDG-COMMAND-FIELD",

    // ── Attachments and documents ───────────────────────────────────────────────────
    /// A scan that the request needs is not there. The request is kept as a draft. Add it.
    AttachmentMissing = "MDG-ATTACHMENT-MISSING",
    /// The file is larger than 10 MB. It was not taken. Scan it again, smaller.
    AttachmentTooLarge = "MDG-ATTACHMENT-TOO-LARGE",
    /// The gateway holds as many attachments of this office as it may. The request is saved and
    /// waits; nothing is lost. The municipality decides open requests or makes room.
    AttachmentQuota = "MDG-ATTACHMENT-QUOTA",
    /// The content is neither PNG nor JPEG nor PDF, whatever its name says. It was not taken.
    AttachmentType = "MDG-ATTACHMENT-TYPE",
    /// The uploaded bytes do not have the announced hash. They were thrown away; the
    /// upload begins again.
    AttachmentDigest = "MDG-ATTACHMENT-DIGEST",
    /// The uploaded piece does not continue what is there. The terminal asks how much is.
    AttachmentRange = "MDG-ATTACHMENT-RANGE",
    /// The USB stick or folder cannot be read. Nothing was taken. Put it in again.
    AttachmentSource = "MDG-ATTACHMENT-SOURCE",
    /// The document's deadline has passed, or it was taken back. Both copies are gone. Ask
    /// the desk for a new one.
    DocumentGone = "MDG-DOCUMENT-GONE",
    /// There is no such document for this office.
    DocumentUnknown = "MDG-DOCUMENT-UNKNOWN",
    /// The range asked for is not inside the document. The terminal starts again.
    DocumentRange = "MDG-DOCUMENT-RANGE",
    /// The fetched bytes do not have the announced hash. They were thrown away and are
    /// fetched again.
    DocumentDamaged = "MDG-DOCUMENT-DAMAGED",
    /// The document arrived damaged so often that it is not fetched any more. Nothing of it is
    /// here, and its original lies at the municipality. Call the desk, which delivers it again.
    DocumentUndelivered = "MDG-DOCUMENT-UNDELIVERED",
    /// The document cannot be drawn on the screen. It is kept until its deadline. Call the
    /// desk.
    DocumentUnreadable = "MDG-DOCUMENT-UNREADABLE",
    /// The program that draws pages is not installed or cannot be started. The document is
    /// kept until its deadline. A technician installs poppler and bubblewrap.
    DocumentDrawer = "MDG-DOCUMENT-DRAWER",
    /// No printer is configured, or it does not take the job. Nothing was printed.
    PrinterUnavailable = "MDG-PRINTER-UNAVAILABLE",
    /// The municipality declined. Nothing was provided. Call the desk.
    RequestDeclined = "MDG-REQUEST-DECLINED",

    // ── Enrolment and identity ──────────────────────────────────────────────────────
    /// The token is not one of ours. Nothing changed. Check the sheet, or ask for a new one.
    EnrolTokenUnknown = "MDG-ENROL-TOKEN-UNKNOWN",
    /// The token was used. Nothing changed. If it was not you, tell the operator at once.
    EnrolTokenUsed = "MDG-ENROL-TOKEN-USED",
    /// The token is older than 24 hours. Nothing changed. Ask for a new one.
    EnrolTokenExpired = "MDG-ENROL-TOKEN-EXPIRED",
    /// The token was made for another unit. Nothing changed. Use that unit, or ask for a
    /// new token.
    EnrolSerial = "MDG-ENROL-SERIAL",
    /// The certificate request cannot be read or its signature is wrong. Nothing changed.
    EnrolRequest = "MDG-ENROL-REQUEST",
    /// This terminal is not enrolled yet. Work is kept here. Enrol it.
    EnrolMissing = "MDG-ENROL-MISSING",
    /// The gateway does not know this terminal. Work is kept here. Call the operator.
    DeviceUnknown = "MDG-DEVICE-UNKNOWN",
    /// This terminal was revoked. Nothing is sent any more. Call the operator.
    DeviceRevoked = "MDG-DEVICE-REVOKED",
    /// This terminal was reported lost; its data was destroyed on contact.
    DeviceWiped = "MDG-DEVICE-WIPED",
    /// No client certificate was shown. Nothing was done.
    CertificateMissing = "MDG-CERTIFICATE-MISSING",
    /// The certificate's time is over. Work is kept here. The terminal renews it.
    CertificateExpired = "MDG-CERTIFICATE-EXPIRED",
    /// The certificate's time has not begun: one of the clocks is wrong. Work is kept here.
    CertificateNotYet = "MDG-CERTIFICATE-NOT-YET",
    /// The certificate is of another issuer, purpose or terminal. Work is kept here. Call
    /// the operator.
    CertificateWrong = "MDG-CERTIFICATE-WRONG",

    // ── Cards that were written ─────────────────────────────────────────────────────
    /// The record names an image that the gateway does not know. Nothing was taken. Add the
    /// image first, if it is one of ours; otherwise find out who wrote that card.
    ImageUnknown = "MDG-IMAGE-UNKNOWN",
    /// The image's description cannot be read, or is not signed by a trusted key. It was not
    /// added.
    ImageSignature = "MDG-IMAGE-SIGNATURE",
    /// The record is signed by a machine that the gateway does not know. Nothing was taken.
    StationUnknown = "MDG-STATION-UNKNOWN",
    /// The record of a card cannot be read, or its signature is wrong. Nothing was taken.
    RecordSignature = "MDG-RECORD-SIGNATURE",

    // ── Stations that ask for tokens ────────────────────────────────────────────────
    /// The station may not make tokens, or was stopped. Nothing was made. The operator gives it
    /// that right, or writes the token by hand.
    StationRight = "MDG-STATION-RIGHT",
    /// A station's request cannot be read, its signature is wrong, it is for another gateway,
    /// it is older than five minutes, or it was used before. Nothing was made. Check the
    /// station's clock and ask again.
    StationRequest = "MDG-STATION-REQUEST",
    /// A unit of that serial is enrolled already. Nothing was made. Check the serial; a unit
    /// that takes the place of a broken one is ordered with `--replace`.
    StationEnrolled = "MDG-STATION-ENROLLED",
    /// The gateway does not know that office. Nothing was made. Check the number, or add it.
    StationOffice = "MDG-STATION-OFFICE",

    // ── New systems ─────────────────────────────────────────────────────────────────
    /// The release is not known here, or not offered to this terminal. Nothing was changed.
    ReleaseUnknown = "MDG-RELEASE-UNKNOWN",
    /// The release was taken back. What was fetched of it is deleted; the system that runs
    /// stays.
    ReleaseWithdrawn = "MDG-RELEASE-WITHDRAWN",
    /// The file is no bundle, is too large, or is not what was added under that version. Nothing
    /// was changed.
    ReleaseFile = "MDG-RELEASE-FILE",
    /// The bundle is older than the recorded minimum. Nothing was written; the system that runs
    /// stays. Take the newest bundle.
    UpdateOlder = "MDG-UPDATE-OLDER",
    /// The bundle does not say its version. Nothing was written. Take another bundle.
    UpdateVersion = "MDG-UPDATE-VERSION",
    /// The machine did not take the bundle: its signature, its kind or its content is not right.
    /// The system that runs stays. Tell the operator.
    UpdateRefused = "MDG-UPDATE-REFUSED",
    /// The bundle arrived damaged again and again. It was thrown away; the system that runs
    /// stays. Tell the operator.
    UpdateDamaged = "MDG-UPDATE-DAMAGED",
    /// There is no room for the bundle. The desk goes on; the update waits until there is.
    UpdateSpace = "MDG-UPDATE-SPACE",
    /// The version of the bundle runs already. Nothing was written. Take the stick out.
    UpdateSame = "MDG-UPDATE-SAME",
    /// The bundle is written already and waits for its trial. It was not written again; it starts
    /// when nobody is at the desk.
    UpdateWaits = "MDG-UPDATE-WAITS",
    /// The same bundle was tried before and came back. Nothing was written. The operator offers
    /// another one.
    UpdateCameBack = "MDG-UPDATE-CAME-BACK",

    // ── The gateway's store and imports ─────────────────────────────────────────────
    /// The gateway is busy. Nothing is lost; it is tried again.
    StoreBusy = "MDG-STORE-BUSY",
    /// The gateway's disk is full. What was receipted is safe; the rest waits at the
    /// terminals. The operator makes room.
    StoreFull = "MDG-STORE-FULL",
    /// The gateway's store failed. What was receipted is safe. The operator's log says more.
    StoreFailed = "MDG-STORE-FAILED",
    /// The store is of another program, of a newer version, or damaged. It was not touched. The
    /// operator restores the newest backup.
    StoreForeign = "MDG-STORE-FOREIGN",
    /// The file is neither UTF-8 nor MS932, or holds characters outside the table. Nothing
    /// was taken from the bad rows.
    ImportEncoding = "MDG-IMPORT-ENCODING",
    /// The file's columns are not those of a known layout. Nothing was imported.
    ImportColumns = "MDG-IMPORT-COLUMNS",
    /// A row is wrong. The good rows went in; this one is listed with line and reason.
    ImportRow = "MDG-IMPORT-ROW",

    // ── Typing ──────────────────────────────────────────────────────────────────────
    /// A 個人番号 was typed or found. It was not kept anywhere. Leave it out: nobody here
    /// may ask for it.
    InputIndividualNumber = "MDG-INPUT-INDIVIDUAL-NUMBER",
    /// 事業所番号 has ten characters, of which the third may be a letter.
    InputOfficeNumber = "MDG-INPUT-OFFICE-NUMBER",
    /// The check digit of a number is unusual. Only a warning: compare it with the paper.
    InputCheckDigit = "MDG-INPUT-CHECK-DIGIT",
    /// 保険者番号 has six digits.
    InputInsurerNumber = "MDG-INPUT-INSURER-NUMBER",
    /// 被保険者番号 has ten digits, or `H` and nine digits.
    InputInsuredNumber = "MDG-INPUT-INSURED-NUMBER",
    /// A file had nine digits; a leading zero was put back. Only a warning.
    InputInsuredPadded = "MDG-INPUT-INSURED-PADDED",
    /// A user id has six or more half-width letters and digits.
    InputUserId = "MDG-INPUT-USER-ID",
    /// 電子請求ユーザID is `KJ` and twelve characters.
    InputClaimUserId = "MDG-INPUT-CLAIM-USER-ID",
    /// The text is not a date in any known form.
    InputDate = "MDG-INPUT-DATE",
    /// The calendar does not have that day.
    InputNoSuchDay = "MDG-INPUT-NO-SUCH-DAY",
    /// The day is not in the era that is named. Compare it with the paper.
    InputOutsideEra = "MDG-INPUT-OUTSIDE-ERA",
    /// The weekday does not belong to the date. Compare it with the paper.
    InputWrongWeekday = "MDG-INPUT-WRONG-WEEKDAY",
    /// A name is empty, longer than 100 characters, or has characters no name has.
    InputName = "MDG-INPUT-NAME",
    /// Only kana are taken here.
    InputKana = "MDG-INPUT-KANA",
    /// The telephone number cannot be dialled in Japan.
    InputPhone = "MDG-INPUT-PHONE",
    /// The text is not an e-mail address.
    InputEmail = "MDG-INPUT-EMAIL",
    /// The text is empty, too long, or has control characters.
    InputText = "MDG-INPUT-TEXT",
    /// A file's name does not have the form 被保険者番号_氏名_認定年月日.pdf.
    InputDocumentName = "MDG-INPUT-DOCUMENT-NAME",
    /// A choice that has to be made (such as the purpose) was not made.
    InputMissing = "MDG-INPUT-MISSING",

    // ── The reader and the card ─────────────────────────────────────────────────────
    /// No card reader is there. Everything but the card works. Plug one in.
    ReaderNone = "MDG-READER-NONE",
    /// The configured reader is not there, or several are and none is chosen.
    ReaderChoice = "MDG-READER-CHOICE",
    /// The card service (pcscd) does not answer. It is tried again by itself.
    ReaderService = "MDG-READER-SERVICE",
    /// The reader failed. Unplug it and plug it in again.
    ReaderFailed = "MDG-READER-FAILED",
    /// Another program uses the card. It is tried again.
    CardBusy = "MDG-CARD-BUSY",
    /// The link broke while the card was read. Nothing was lost. Hold the card still and
    /// tap again.
    CardTorn = "MDG-CARD-TORN",
    /// The card was taken away. Nothing was lost. Tap it again.
    CardRemoved = "MDG-CARD-REMOVED",
    /// No card is on the reader. Put one on it.
    CardNone = "MDG-CARD-NONE",
    /// Somebody stopped the reading. Nothing was kept.
    CardCancelled = "MDG-CARD-CANCELLED",
    /// The card was taken away during the check of a number: one try may be used up. The
    /// counter is read before anything else.
    CardUncertain = "MDG-CARD-UNCERTAIN",
    /// The card took too long. Tap it again.
    CardTooSlow = "MDG-CARD-SLOW",
    /// The number typed from the card's front is not the card's. Tries are left: compare it
    /// with the card.
    CardWrongCode = "MDG-CARD-WRONG-CODE",
    /// The card's PIN is wrong. The tries that are left are shown.
    CardWrongPin = "MDG-CARD-WRONG-PIN",
    /// One try is left before the card locks itself. An administrator has to confirm.
    CardLastTry = "MDG-CARD-LAST-TRY",
    /// The card has locked itself after wrong tries. Only the holder's municipality can
    /// unlock it.
    CardBlocked = "MDG-CARD-BLOCKED",
    /// The card's printed expiry has passed. The person needs a new card.
    CardExpired = "MDG-CARD-EXPIRED",
    /// The card's signature does not lead to a trusted issuer, or its record was changed.
    /// Do not accept it as identification.
    CardNotGenuine = "MDG-CARD-NOT-GENUINE",
    /// The card cannot prove that it is the one that was issued: a copy. Do not accept it.
    CardClone = "MDG-CARD-CLONE",
    /// What the card says in two places does not agree. Do not accept it.
    CardMismatch = "MDG-CARD-MISMATCH",
    /// This is not a My Number Card.
    CardForeign = "MDG-CARD-FOREIGN",
    /// The card's answers make no sense, even when asked again.
    CardGarbage = "MDG-CARD-GARBAGE",
    /// A program asked the card for something that is never read. It was stopped before the
    /// reader, and noted in the audit log.
    CardForbidden = "MDG-CARD-FORBIDDEN",
    /// The photo cannot be drawn. The card may still be genuine; compare another document.
    CardPhoto = "MDG-CARD-PHOTO",
    /// PIN mode is switched off. An administrator can turn it on.
    CardPinOff = "MDG-CARD-PIN-OFF",

    // ── The board ───────────────────────────────────────────────────────────────────
    /// A part of the case does not answer. The desk works without it. Look at its cable.
    BoardAbsent = "MDG-BOARD-ABSENT",
    /// A part of the case answers with something that cannot be, or its bus fails. The desk
    /// works without it. Look at its cable.
    BoardFailed = "MDG-BOARD-FAILED",
    /// The real-time clock has lost its time. Work is saved with that mark; contact with the
    /// gateway sets the time. A technician changes the clock's battery.
    BoardClock = "MDG-BOARD-CLOCK",
    /// The parts of the case cannot be reached: another board, another build, or no right to.
    /// The desk works without them. A technician corrects the set-up.
    BoardSetup = "MDG-BOARD-SETUP",
    /// The case was opened. The desk is locked; what is saved is safe. The operator was told.
    CaseOpened = "MDG-CASE-OPENED",
    /// The battery is nearly empty: the unit switches itself off. Everything is saved. Plug in
    /// the charger.
    PowerEmpty = "MDG-POWER-EMPTY",

    // ── The queue ───────────────────────────────────────────────────────────────────
    /// The queue is full: new work is refused, what is saved is safe. Restore the network.
    OutboxQuota = "MDG-OUTBOX-QUOTA",
    /// The queue is four fifths full. Everything is safe. Restore the network soon.
    OutboxNearlyFull = "MDG-OUTBOX-NEARLY-FULL",
    /// Saved work has waited long. Everything is safe. Restore the network.
    OutboxAge = "MDG-OUTBOX-AGE",
    /// An item was refused for good and waits in quarantine. Look at the reason, correct it
    /// and send it again.
    OutboxQuarantine = "MDG-OUTBOX-QUARANTINE",
    /// The gateway was restored from a backup; the gap is sent again by itself.
    OutboxRewound = "MDG-OUTBOX-REWOUND",

    // ── The encrypted file ──────────────────────────────────────────────────────────
    /// The terminal's data file is damaged. It was not changed. Call the technician.
    VaultCorrupt = "MDG-VAULT-CORRUPT",
    /// The data file is of another unit or program, or its key is another one. It was not
    /// touched.
    VaultForeign = "MDG-VAULT-FOREIGN",
    /// The data file is of a newer version. It was not touched. Update the terminal.
    VaultNewer = "MDG-VAULT-NEWER",
    /// The disk is full. What is 保存済 is safe; new work is refused until there is room.
    VaultFull = "MDG-VAULT-FULL",
    /// The disk failed. What is 保存済 may be readable again after a restart.
    VaultIo = "MDG-VAULT-IO",
    /// The unit's device secret is missing. The data cannot be opened. Call the technician.
    VaultKey = "MDG-VAULT-KEY",
    /// The data was destroyed because the unit was reported lost.
    VaultWiped = "MDG-VAULT-WIPED",
    /// The unit was offline longer than allowed: data is locked until contact.
    VaultOfflineLimit = "MDG-VAULT-OFFLINE-LIMIT",

    // ── Time ────────────────────────────────────────────────────────────────────────
    /// The clock cannot be trusted. Work is saved with that mark; nothing is shown as valid
    /// that may not be. Contact with the gateway sets it right.
    ClockUntrusted = "MDG-CLOCK-UNTRUSTED",
    /// The clock stands before a time that was already seen. The later time is used.
    ClockBehind = "MDG-CLOCK-BEHIND",

    // ── The network ─────────────────────────────────────────────────────────────────
    /// No network. Everything is saved here and sent later.
    NetDown = "MDG-NET-DOWN",
    /// The network answers with its own page (captive portal). Nothing counts as sent.
    NetPortal = "MDG-NET-PORTAL",
    /// The gateway's certificate is not the one that is trusted. Nothing was sent. Call the
    /// operator; do not go on.
    NetTls = "MDG-NET-TLS",
    /// The answer points elsewhere. It was not followed; nothing counts as sent.
    NetRedirect = "MDG-NET-REDIRECT",
    /// The answer broke off. Nothing counts as sent; it is tried again.
    NetTruncated = "MDG-NET-TRUNCATED",
    /// The answer took too long. Nothing counts as sent; it is tried again.
    NetTimeout = "MDG-NET-TIMEOUT",
    /// The answer is larger than allowed. Nothing counts as sent.
    NetTooLarge = "MDG-NET-TOO-LARGE",
    /// The answer is not what the call gives. Nothing counts as sent; it is tried again.
    NetAnswer = "MDG-NET-ANSWER",
    /// The receipts are not signed by a key that is trusted, or answer another request.
    /// Nothing counts as sent. Call the operator.
    NetReceipt = "MDG-NET-RECEIPT",
    /// The gateway refuses this terminal for now. Everything is kept; sending pauses.
    NetRefused = "MDG-NET-REFUSED",

    // ── Configuration ───────────────────────────────────────────────────────────────
    /// The configuration file is not TOML. The program did not start; the line is named.
    ConfigSyntax = "MDG-CONFIG-SYNTAX",
    /// The configuration has a key that is not known. The program did not start.
    ConfigUnknownKey = "MDG-CONFIG-UNKNOWN-KEY",
    /// A configured value cannot be. The program did not start; the line is named.
    ConfigValue = "MDG-CONFIG-VALUE",
    /// The configuration file, or a key that has to be there, is missing.
    ConfigMissing = "MDG-CONFIG-MISSING",
    /// A secret stands in the configuration, where it does not belong. The program did not
    /// start. Move it to its own file.
    ConfigSecret = "MDG-CONFIG-SECRET",

    // ── The audit log ───────────────────────────────────────────────────────────────
    /// An entry is missing. The first missing number is named. Tell the operator.
    AuditGap = "MDG-AUDIT-GAP",
    /// An entry was changed. Its number is named. Tell the operator.
    AuditEdited = "MDG-AUDIT-EDITED",
    /// Entries stand in another order. The first is named. Tell the operator.
    AuditReordered = "MDG-AUDIT-REORDERED",
    /// The log is shorter than the gateway has signed. Tell the operator.
    AuditTruncated = "MDG-AUDIT-TRUNCATED",
    /// The log's head is not the one that the gateway signed. Tell the operator.
    AuditHead = "MDG-AUDIT-HEAD",

    // ── Staff ───────────────────────────────────────────────────────────────────────
    /// The passcode is wrong. The tries before the next wait are shown.
    PasscodeWrong = "MDG-PASSCODE-WRONG",
    /// Too many wrong passcodes: wait. The wait starts again after a restart.
    PasscodeWait = "MDG-PASSCODE-WAIT",
    /// Ten wrong passcodes: only an administrator can set a new one.
    PasscodeLocked = "MDG-PASSCODE-LOCKED",
    /// The passcode is too easy to guess (0000, 1234, a birthday). Choose another.
    PasscodeWeak = "MDG-PASSCODE-WEAK",
    /// The two entries differ. Nothing changed. Enter it twice again.
    PasscodeMismatch = "MDG-PASSCODE-MISMATCH",
    /// A passcode has four digits.
    PasscodeShape = "MDG-PASSCODE-SHAPE",
    /// The role does not have that right. Nothing was done. Ask an administrator.
    AccessDenied = "MDG-ACCESS-DENIED",
    /// Nobody is signed in. Enter the passcode.
    AccessLocked = "MDG-ACCESS-LOCKED",
    /// This staff member was disabled. Ask an administrator.
    AccessDisabled = "MDG-ACCESS-DISABLED",
    /// There is no such staff member.
    AccessUnknown = "MDG-ACCESS-UNKNOWN",
    /// The user id is taken. Choose another.
    AccessTaken = "MDG-ACCESS-TAKEN",
    /// The last administrator cannot be disabled or lose the role. Name another one first.
    AccessLastAdministrator = "MDG-ACCESS-LAST-ADMINISTRATOR",
    /// The office has as many staff as the terminal holds.
    AccessTooMany = "MDG-ACCESS-TOO-MANY",

    // ── Look-ups ────────────────────────────────────────────────────────────────────
    /// Two or more applications match. Nothing about them is told. Call the desk.
    LookupSeveral = "MDG-LOOKUP-SEVERAL",
    /// The application is older than the insurer shows.
    LookupBeyondRetention = "MDG-LOOKUP-BEYOND-RETENTION",
    /// As many questions wait as may wait. The oldest have to be answered first.
    LookupTooMany = "MDG-LOOKUP-TOO-MANY",
}
