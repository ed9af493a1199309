# F: how far did everything get?

outbox-title = 送信箱
outbox-empty = 送ったものは、まだありません。
outbox-empty-filter = ここには、何もありません。
outbox-all = すべて
outbox-needs-you = 要対応
outbox-needs-you-short = 要対応
outbox-waiting-short = 待ち
outbox-receipted-short = 受領証
outbox-answered-short = 回答
outbox-declined = { $count }人は、受け取れません
outbox-held-why = 理由を見て、直せます
outbox-main-held = 止めた{ $count }件を見る
outbox-main-held-short = 止めた分
outbox-when-saved = { $when } 保存
outbox-when-sent = { $when } 送信
outbox-when-receipted = { $when } 受領
outbox-when-answered = { $when } 回答

item-receipt = 受領証 第{ $seq }号
item-answer = 回答を見る
held-edit = 直して送りなおす
held-edit-short = 直す
held-discard = 取りやめる
held-discard-short = 取りやめ
held-discard-confirm = 本当に取りやめる
held-discard-confirm-short = 取りやめます
held-discard-sure = 取りやめると、送りません。記録には残ります。

decision-all = みなさんの資料が、とどきます
decision-some = まだ決まっていない方がいます
decision-declined = { $count }人の資料は、受け取れません
decision-granted = とどきます
decision-pending = まだです
decision-no = 受け取れません
