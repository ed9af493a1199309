# B-2 and J-1 to J-6: settings, staff, the look, the profile, diagnostics.

settings-ask = どれを見なおしますか？
settings-diagnostics = 端末のようす
settings-staff = 職員
settings-look = 見やすさと音
settings-profile = 事業所
settings-card = カードの確かめ方

staff-review = 職員を見なおす
staff-count = { $total }人・使えるのは{ $active }人
staff-add = 職員を追加
staff-add-short = 追加
staff-active = 使えます
staff-pledge-due = 誓約がまだ
staff-passcode-due = パスコードがまだ
staff-stopped = 止めました
staff-change = 職員を変える
staff-setup = 職員の登録（いま{ $count }人）
staff-name = お名前
staff-id = 職員ID
staff-enter = 入れてください
staff-add-this = この職員を加える
staff-finish = おわる
staff-restore = もどす
staff-stop = 止める
staff-stop-confirm = 本当に止める
staff-stop-note = 止めると、すぐに入れなくなります。
staff-new-passcode = 新しいパスコード
staff-passcode-note = パスコードは、ご本人が最初に決めます。

look-title = 見やすさと音
look-language = ことば
look-japanese = 日本語
look-english = English
look-text = 文字
look-text-normal = ふつう
look-text-large = 大
look-text-largest = 特大
look-contrast = 色
look-contrast-off = ふつう
look-contrast-on = はっきり
look-sounds = 音
look-sounds-on = 出す
look-sounds-off = 出さない

card-mode-ask = カードを、どう確かめますか？
card-mode-face = 顔を見くらべる
card-mode-face-sub = 表の番号を入れます。暗証番号は使いません。
card-mode-pin = 暗証番号を入れてもらう
card-mode-pin-sub = 3回ちがうと、市の窓口でしか元にもどせません。

profile-title = 事業所を見なおす
profile-corporation = 法人名
profile-office = 事業所番号
profile-name = 事業所名
profile-short-name = 短い名前
profile-address = 所在地
profile-phone = 電話番号
profile-email = メールアドレス
profile-applicant = 申請者氏名
profile-check = 見なおし
profile-good = これでよい

diagnostics-title = 端末のようす
part-reader = 読み取り機
part-card = カード
part-clock = 時刻
part-vault = 保存場所
part-certificate = 通信の証明
part-gateway = 市との回線
part-queue = 送信待ち
verdict-good = 使えます
verdict-watch = 気をつけて
verdict-bad = 使えません
verdict-unknown = まだ不明
verdict-days = あと{ $days }日
verdict-items = { $count }件
