//! Who takes part in the scripted day. All of them are made up.

/// The administrator of the demonstration.
pub const MISAKI: Member = Member {
    name: "佐藤 美咲",
    id: "satomisaki",
    role: "管理者",
    passcode: "4071",
};

/// The other member of staff.
pub const KENICHI: Member = Member {
    name: "髙橋 健一",
    id: "takahashi",
    role: "一般",
    passcode: "9182",
};

/// A member of staff who leaves the office.
pub const SAKURA: Member = Member {
    name: "田村 さくら",
    id: "tamurasakura",
    role: "一般",
    passcode: "5073",
};

/// A member of staff of the demonstration.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// As on the staff screen.
    pub name: &'static str,
    /// Id.
    pub id: &'static str,
    /// Role, in the words of the screen.
    pub role: &'static str,
    /// Passcode.
    pub passcode: &'static str,
}

/// 法人名 of the office.
pub const CORPORATION: &str = "しおみふくしかい";

/// The office's profile, field by field in the order of the screens.
pub(super) const PROFILE: [&str; 8] = [
    CORPORATION,
    // 事業所番号 is known from the enrolment.
    "",
    "ひだまりきょたくかいごしえんじぎょうしょ",
    "ひだまり",
    "しおみしみなとまち１－２－３",
    "0990001111",
    "hidamari@example.jp",
    "さとう みさき",
];

/// The visitor whose card is tapped: 照合番号B as printed, in its three groups.
pub(super) const VISITOR: (&str, [&str; 3]) = ("hanako", ["130828", "2032", "2285"]);

/// Her name from the card, as a button shows it.
pub(super) const VISITOR_NAME: &str = "汐見 花子 様";

/// Her 認定年月日: year of the era, month, day.
pub(super) const VISITOR_CERTIFIED: &str = "70801";

/// The key between family name and given name.
const SPACE: &str = "空白を入れる";

/// Somebody of the disclosure request who is not at the counter.
pub(super) struct Other {
    pub insured: &'static str,
    /// Keys of the kana keyboard: a row's key, then letters of that row.
    pub keys: &'static [&'static str],
    /// Birth date in the years of 昭和.
    pub born: &'static str,
    pub certified: &'static str,
    /// Without a notice the request needs the contract.
    pub contract: bool,
}

/// The people of the request beside the visitor.
pub(super) const OTHERS: [Other; 2] = [
    Other {
        insured: "0000123456",
        keys: &[
            "行：あ",
            "あ",
            "お",
            "行：か",
            "き",
            SPACE,
            "行：は",
            "は",
            "行：ら",
            "る",
        ],
        born: "100314",
        certified: "70801",
        contract: false,
    },
    Other {
        insured: "0000654321",
        keys: &[
            "行：た",
            "た",
            "行：ま",
            "む",
            "行：ら",
            "ら",
            SPACE,
            "行：ま",
            "み",
            "行：た",
            "つ",
        ],
        born: "121105",
        certified: "70801",
        contract: true,
    },
];
