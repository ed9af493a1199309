# D: how far is the certification?

kind-ask = どうやって調べますか？
kind-number = 被保険者番号で
kind-number-sub = 番号と生年月日で調べます
kind-dates = 日付で
kind-dates-sub = 申請日と生年月日で調べます
kind-list = 台帳から
kind-list-sub = 利用者の一覧から選びます
kind-eligibility = 資格を調べる

clients-ask = 台帳の、どなたですか？
clients-count = { $count }人
clients-empty = 台帳には、まだどなたもいません。
clients-born = { $born }生

insured-ask = 被保険者番号は？
insured-label = 被保険者番号
insured-where = 被保険者証のなかの、番号のところ
insured-where-lines = 被保険者証の
    ここにある
    10けたです
insured-from-card = カードから
insured-from-list = 台帳から
insured-about = { $name } 様の番号

date-birth-ask = 生年月日は？
date-application-ask = 申請日は？
date-certification-ask = 認定年月日は？
date-licence-ask = 専門員証の期限は？
date-today = 今日
date-yesterday = きのう
date-reads-birth = { $era }{ $year }年は { $western }年・{ $age }歳
date-reads-year = { $era }{ $year }年は { $western }年
era-meiji = 明治
era-taisho = 大正
era-showa = 昭和
era-heisei = 平成
era-reiwa = 令和
date-no-such-day = その日は、ありません。
date-outside-era = { $era }に、その日はありません。
date-future = まだ来ていない日です。
date-beyond = { $months }か月より前の日です。

purpose-ask = 何のために調べますか？
purpose-care-plan = ケアプランを作る
purpose-coordination = サービスを調整する
purpose-renewal = 更新の申請を準備する
purpose-asked = ご本人・家族の問い合わせ
purpose-born = { $born }生
purpose-applied = 申請日 { $date }
purpose-to = 送り先 { $desk }
purpose-eligibility = 資格の照会
purpose-send = 市にきく

answer-title = { $name } 様の すすみぐあい
answer-title-dates = この方の すすみぐあい
answer-age-unknown = 新しさ不明
answer-source = 出どころ
answer-updated = { $when } 更新
answer-again = もう一度きく
answer-asking = きいています
answer-next = つぎは
answer-result = 結果
answer-next-panel = { $date } 審査会
answer-next-survey = 調査票を待っています
answer-next-opinion = 意見書を待っています
answer-next-panel-date = 審査会の日を待っています
answer-next-result = 結果を待っています
answer-result-about = 結果は { $date }ごろ（30日目）
answer-result-late = 30日目は { $date }でした
answer-certified-on = { $date } 認定
answer-certified-until = { $to }まで
answer-stale = 再確認が必要
answer-stale-text = { $date }の情報です。今とはちがうことがあります。
answer-stale-plain = 今とはちがうことがあります。
answer-no-clock = 端末の時刻を確かめられず、新しさが分かりません。
answer-foot = この情報は、目安です。日は変わることがあります。

eligibility-title = { $name } 様の 資格
eligibility-level = 要介護状態区分
eligibility-share = 負担割合
eligibility-share-value = { $tenths }割
eligibility-limit = 支給限度額(月)
eligibility-limit-value = { $units }単位
eligibility-period = 認定有効期間
eligibility-from = { $date }から
eligibility-to = { $date }まで
eligibility-not-stated = 記載なし
eligibility-not-yet = 期間は これからです
    .sub = 前の期間も 確かめてください
eligibility-renewal = 更新の申請ができます
    .sub = 期間の終わりが 近づいています
eligibility-over = 期間が すぎています
    .sub = 市の窓口に 確かめてください
eligibility-read = { $when } 取得
eligibility-foot = 被保険者証と負担割合証も、見せていただいてください。

stage-applied = 申請
stage-survey = 調査票
stage-opinion = 意見書
stage-panel = 審査会予定
stage-panel-short = 審査会
stage-result = 結果の目安
stage-certified = 認定
stage-about = { $date }ごろ
stage-none = —

level-01 = 非該当
level-06 = 事業対象者
level-11 = 経過的要介護
level-12 = 要支援1
level-13 = 要支援2
level-21 = 要介護1
level-22 = 要介護2
level-23 = 要介護3
level-24 = 要介護4
level-25 = 要介護5
level-other = 区分 { $code }

saved-title = 保存しました。まだ送っていません
saved-sending = 保存しました。いま送っています
saved-sent = 送りました。受領証を待っています
saved-receipted = 受け取られました
saved-answered = 回答がとどきました
saved-held = 保存しましたが、止めています
saved-auto = つながると、自動で送ります。待つ必要はありません。
saved-soon = 自動で送ります。待つ必要はありません。
saved-sent-text = 受領証が来ると、ここに出ます。待つ必要はありません。
saved-receipted-progress = 回答が来ると、この画面に出ます。
saved-receipted-text = 受領証を保存しました。回答を待っています。
saved-answered-text = 回答を保存しました。送信箱から見られます。
saved-held-text = 理由を見て、直せます。送信箱を開いてください。
saved-outbox = 送信箱を見る
saved-slip = 控え番号 { $number }

item-progress = 進捗の照会
item-eligibility = 資格の照会
item-disclosure = 資料提供の申出
item-document = 書類の受け取り
item-staff = 職員の変更
item-profile = 事業所の変更
item-pledge = 誓約
item-about = { $what }　{ $name } 様
item-people = { $what }（{ $count }人）

none-not-found = 見つかりませんでした
    .text = 番号と日付に合う申請は、見つかりませんでした。
    .next = 番号と日付を、被保険者証で確かめてください。
none-old = 古い申請は、調べられません
    .text = { $months }か月より前の申請は、ここでは調べられません。
    .next = 窓口に、電話でおききください。
none-several = ひとりに決められません
    .text = 同じ日付の申請が、いくつかあります。
    .next = 窓口に、電話でおききください。
none-nobody = 見つかりませんでした
    .text = 番号と生年月日の両方に合う方は、見つかりませんでした。
    .next = 番号と生年月日を、被保険者証で確かめてください。
