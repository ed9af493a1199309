# G: documents, decisions and notices that came.

inbox-title = 届いた書類
inbox-all = すべて { $count }
inbox-unopened-count = 未開封 { $count }
inbox-unopened = 未開封
inbox-opened = 開封済
inbox-notices = お知らせ
inbox-no-deadline = 期限なし
inbox-papers = 資料　{ $name }
inbox-notice = お知らせ　{ $title }
inbox-decline = 回答　{ $name }
inbox-decline-people = 回答　{ $count }人
inbox-declined = 受け取れません
inbox-main-open = 新しい書類を開く
inbox-main-open-short = 開く
inbox-empty = 届いた書類は、ありません。
inbox-empty-filter = ここには、何もありません。
inbox-fetching = 受け取り中 { $percent }%
inbox-undelivered = 受け取れません

document-papers = の資料
document-previous = 前へ
document-next = 次へ
document-previous-page = 前ページ
document-next-page = 次ページ
document-larger = 大きく
document-smaller = 小さく
document-print = 印刷する
document-drawing = ページを描いています
document-page-image = 書類のページ
document-leaves-nothing = 閉じると、この画面には残りません。

notice-important = 大切
notice-from = { $when }から
