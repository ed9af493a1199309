# Words that stand on many screens: actions, the strip, states, times, roles, keys.

act-back = 戻る
act-home = ホームへ
act-close = 閉じる
act-help = ヘルプ
act-next = つぎへ
act-again = もう一度
act-start = はじめる
act-save = 保存する
act-cancel = やめる
act-next-page = つぎのページ
act-first-page = はじめのページ

strip-waiting = 送信待ち
strip-test = 試験用
strip-clock-untrusted = 時刻 未確認
net-on = つながっています
net-off = つながっていません
net-off-last = つながっていません・最終 { $time }
battery = { $percent }%
battery-charging = 充電 { $percent }%
battery-low = 電池が少ない { $percent }%
battery-low-short = 電池 { $percent }%
net-paused = 送信を止めています
net-paused-clock = 時刻を確かめています
net-maintenance = 受付停止中・{ $time }まで
net-not-set-up = まだ設定していません
net-certificate = 通信の証明・あと{ $days }日
net-certificate-over = 通信の証明の期限切れ

mark-saved = 保存済
mark-sent = 送信済
mark-receipt = 受領証あり
mark-answer = 回答あり
mark-receipt-lines = 受領証
    あり
mark-answer-lines = 回答
    あり
mark-held = 止めています

flow-label = すすみぐあい
fact-happened = 起きたこと
fact-safe = 無事なもの
fact-next = つぎに

person-staff = { $name } さん
person-visitor = { $name } 様

when-today = 今日
when-yesterday = 昨日
when-days-ago = { $days }日前
age-now = 今日の情報
age-hours = { $hours }時間前の情報
age-days = { $days }日前の情報
left-days = あと{ $days }日と{ $hours }時間
left-hours = あと{ $hours }時間
left-minutes = あと{ $minutes }分

desk-open = 今は受付中
desk-open-until = 今は受付中({ $until }まで)
desk-opens = { $from }から
desk-opens-on = { $day } { $from }から
desk-closed = しばらくお休み
desk-on-sheet = 窓口の電話は、登録シートに。

role-setup = 設定者
role-administrator = 管理者
role-general = 一般
role-technician = 技術者

key-clear = 全部
    消す
key-clear-label = 全部消す
key-erase = 1字
key-erase-label = 1字消す
key-kana-row = 行：
key-voiced = てんてん
key-half-voiced = まる
key-small = 小
key-small-label = 小さい字
key-space = 空白
key-space-label = 空白を入れる
key-letters-label = 英字にかえる
key-signs-label = 数字と記号にかえる

date-year = 年
date-month = 月
date-day = 日
date-year-label = 年を入れる
date-month-label = 月を入れる
date-day-label = 日を入れる

act-later = あとで

days-weekdays = 平日
days-daily = 毎日
days-names = 月 火 水 木 金 土 日
days-joint = ・
