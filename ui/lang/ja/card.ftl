# C: the card. The card's number is 照合番号 or 暗証番号, never パスコード.

card-place = カードを置いてください
card-place-lines = カードを
    置いてください
card-how = おもて面を上にして、
    青く光るところへ。
card-how-long = おもて面を上にして、
    青く光るところへ。
    読みおわるまで、そのままに。
card-how-portable = おもて面を上にして、
    本体の青く光るところへ。
card-nopin = カードの暗証番号は使いません。
card-nopin-short = 暗証番号は使いません。
card-pin-later = 暗証番号は、あとで。
card-hint = 一度はなして、
    ゆっくり置いてください。
card-waiting = 待っています
card-waiting-long = カードを待っています
card-none = カードがない

numberb-ask = カードの番号は？
numberb-birth = 生年月日
numberb-year = 期限の年
numberb-code = 4けた
numberb-typing = 入力中
numberb-later = これから
numberb-where-birth = 「生年月日」(元号の年)
numberb-where-year = 「○年まで」の年
numberb-where-code = 4けたの数字
numberb-tries = あと{ $left }回 ためせます。
numberb-tries-few = あと{ $left }回だけです。
numberb-tries-unknown = 番号は、カードのおもて面にあります。
numberb-impossible = この日付はありません。
numberb-impossible-year = この年はありません。

reading-title = 読んでいます
reading-stopping = 止めています
reading-still = 動かさずにお待ちください。
reading-genuine = カードが本物か、確かめる
reading-present = この場にあるか、確かめる
reading-photo = 顔写真を読む
reading-done = 済
reading-now = いま
reading-moment = あと数秒です

compare-ask = この方ですか？
card-compare = 写真とご本人の顔を、見くらべてください。
card-compare-short = 写真とお顔を、見くらべてください。
card-compare-card = カードの写真とお顔を、見くらべてください。
card-compare-lines = 写真と
    ご本人の顔を、
    見くらべて
    ください。
card-genuine = 本物のカードが、この場で提示されました
card-genuine-lines = 本物のカードが、この場で
    提示されました
card-photo-gone = 写真は、この画面を閉じると消えます。
compare-name = 氏名
compare-name-image = カードに書かれた氏名
compare-born = 生年月日
compare-address = 住所
compare-expires = 期限
compare-photo = カードの写真
compare-no-photo = 写真を出せません。カードを見てください。
compare-born-age = { $born }({ $age }歳)
compare-until = { $date }まで
compare-differs = ちがう・わからない
compare-differs-short = ちがう
compare-same = この方です
compare-same-short = この方
pinresult-ask = この内容でよいですか？
pinresult-unsigned = 内容は、いまカードから読んだままです。署名では確かめていません。ご本人に聞いて、確かめてください。
pinresult-unsigned-short = カードから読んだままの内容です。ご本人に確かめてください。

cardpin-ask = カードの暗証番号は？
cardpin-whose = カードの暗証番号(4けた)
cardpin-holder = ご本人が入れます。
    職員パスコードではありません。
cardpin-tries = あと{ $left }回 ためせます。
cardpin-tries-few = あと{ $left }回だけです。
cardpin-tries-unknown = 回数を確かめています。

confirmed-ask = つぎに、何をしますか？
confirmed-born = { $born }生
confirmed-insured = 被保険者番号 { $number }
confirmed-insured-unknown = 被保険者番号は、まだ分かりません
confirmed-lookup = すすみぐあいを調べる
confirmed-lookup-short = すすみぐあいへ
confirmed-eligibility = 資格を調べる
confirmed-request = 資料提供の申出をする
confirmed-add = 書きかけの申出に加える
act-finish = おわる

trouble-again = もう一度読む
trouble-retry = もう一度ためす
trouble-without = カードを使わずに進む
trouble-without-short = カードを使わない
trouble-other-papers = ほかの書類で確かめる
trouble-other-papers-short = ほかの書類へ
trouble-number-again = 番号を入れなおす
trouble-number-again-short = 入れなおす
trouble-allow = 管理者が許可する

card-torn = カードが、はなれました
    .happened = 読みおわる前に、カードが動きました。
    .safe = 番号をためせる回数は、へっていません。
    .safe-unknown = 番号をためせる回数を、確かめています。
    .next = もう一度置いて、音が鳴るまで待ってください。
card-blocked = このカードの番号は、使えません
    .happened = まちがいが続き、カードが止まりました。
    .safe = カードの中身は、そのままです。
    .next = ご本人が、市の窓口で元にもどせます。
card-expired = 有効期限が、すぎています
    .happened = カードの期限は、{ $date }まででした。
    .happened-unknown = カードの期限が、すぎています。
    .safe = カードは読めました。記録にも残しました。
    .next = ほかの書類で、ご本人を確かめてください。
card-not-genuine = 本物と確かめられませんでした
    .happened = カードの署名が、合いませんでした。
    .safe = ほかの手続きは、そのまま使えます。
    .next = もう一度読むか、ほかの書類をお使いください。
card-wrong-number = 番号が、ちがいました
    .happened = カードの番号と、合いませんでした。
    .safe = あと{ $left }回 ためせます。
    .next = おもて面を見て、入れなおしてください。
card-reader-missing = 読み取り機が、見つかりません
    .happened = カードの読み取り機が、答えません。
    .happened-service = 読み取り機の受付が、動いていません。
    .safe = 保存したものは、そのままです。
    .next = 差し込みを確かめて、もう一度ためしてください。
card-unreadable = このカードは、読めません
    .happened = 読めない答えが、返ってきました。
    .happened-foreign = 別の種類の、カードのようです。
    .safe = カードの中身は、そのままです。
    .next = マイナンバーカードを、置きなおしてください。
card-last-try = あと1回しか、ためせません
    .happened = まちがいが続き、あと1回になりました。
    .safe = カードは、まだ止まっていません。
    .next = 管理者が許可すると、もう1回ためせます。
