# E: 情報提供の申出, up to ten people at a time.

disclosure-ask = どなたの資料ですか？
disclosure-ask-short = どなたの資料？
disclosure-count = { $count }人
disclosure-limit = ／10人まで
disclosure-add = 人を追加
disclosure-later = あとで続ける
disclosure-filed = 届出あり
disclosure-contract-there = 契約書あり
disclosure-missing-facts = 足りないところあり
disclosure-missing-plan = 届出の有無がまだ
disclosure-missing-contract = 契約書がまだ
disclosure-main-add = 人を追加する
disclosure-main-add-short = 人を追加
disclosure-main-contract = 契約書をつける
disclosure-main-contract-short = 契約書へ
disclosure-main-complete = 足りないところへ
disclosure-main-complete-short = つづきへ
disclosure-main-review = 確かめて送る
disclosure-main-review-short = 確かめる
limit-ten = 1回に10人までです。11人目からは、2回目の申出に分けます。

person-title = { $place }人目の方
person-name = 氏名
person-certified = 認定年月日
person-missing = まだ入っていません
person-filed-ask = 計画の届出は？
person-filed-yes = 出してある
person-filed-no = まだ
person-contract = 契約書をつける
person-contract-there = 契約書あり
person-contract-hint = 名前がのっている面だけで足ります。
person-remove = 外す
person-done = これでよい
person-next = つぎへ

attach-ask = どれをつけますか？
attach-contract = 契約書　{ $name } 様
attach-qualification = 介護支援専門員証
attach-searching = さがしています
attach-empty = ファイルが見つかりません。USBメモリーを差して、もう一度さがしてください。
attach-hint = PNG・JPEG・PDF、10 MB までです。
attach-again = もう一度さがす
attach-again-short = さがす
attach-kind-picture = 写真・{ $size }
attach-kind-pdf = PDF・{ $size }
attach-kind-other = この種類は、つけられません

review-ask = これを送りますか？
review-people = 資料の対象の方
review-applicant = 申出者
review-office = 事業所番号
review-to = 送り先
review-office-warning = 事業所番号が合いません。
review-filed = 届出あり
review-contract = 契約書
review-scan = 専門員証をつける
    （なくても送れます）
review-scan-there = 専門員証あり
review-scan-soon = 専門員証が、もうすぐ切れます
review-scan-over = 期限切れ。新しい証をつける
review-scan-until = 期限 { $date }
review-send = 送る

qualification-ask = 保有資格は？
qualification-once = 申出書に入ります。うかがうのは一度だけです。
qualification-care-manager = 介護支援専門員
qualification-senior = 主任介護支援専門員
qualification-nurse = 看護師・保健師
qualification-social-worker = 社会福祉士
qualification-care-worker = 介護福祉士
qualification-none = どれも持っていない
limit-ten-lines = 1回に10人までです。
    11人目からは、2回目の申出へ。
