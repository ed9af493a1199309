# Problems: the title, what happened, what is safe, what to do next. A code without words of
# its own has those of its subject (mdg-card, mdg-net …), and in the end those of mdg-any.

mdg-any = 思わぬことが起きました
    .happened = この操作は、とちゅうで止まりました。
    .safe = 保存したものは、そのままです。
    .next = 窓口に、このコードを伝えてください。

mdg-wire = 市の側と話が合いません
    .happened = 送ったものを、受けてもらえませんでした。
    .safe = 保存したものは、そのままです。
    .next = 自動で、あとでもう一度送ります。

mdg-auth = 少し間をあけます
    .happened = 短い間に、何度もためしました。
    .safe = 保存したものは、そのままです。
    .next = しばらく待って、もう一度どうぞ。

mdg-command = 内容を見なおしてください
    .happened = 市が、この内容を受けられませんでした。
    .safe = ほかの分は、そのまま送られます。
    .next = 送信箱で、直して送りなおせます。

mdg-attachment = 添付を使えませんでした
    .happened = えらんだファイルは、使えませんでした。
    .safe = 書きかけは、そのままです。
    .next = ほかのファイルをえらんでください。

mdg-attachment-too-large = ファイルが大きすぎます
    .happened = 10MBまでのファイルだけ使えます。
    .safe = 書きかけは、そのままです。
    .next = 小さく読みとりなおしてください。

mdg-attachment-quota = 市の側に、置き場所がありません
    .happened = 添付を、今は受けてもらえません。
    .safe = 申出は、保存してあります。
    .next = 自動で、あとでもう一度送ります。

mdg-attachment-type = この種類は使えません
    .happened = PNG・JPEG・PDFのほかは使えません。
    .safe = 書きかけは、そのままです。
    .next = ほかのファイルをえらんでください。

mdg-attachment-source = USBメモリーが見つかりません
    .happened = ファイルのある場所を読めません。
    .safe = 書きかけは、そのままです。
    .next = 差しなおして、もう一度どうぞ。

mdg-document = 書類を開けませんでした
    .happened = この書類は、今は開けません。
    .safe = ほかの書類は、そのままです。
    .next = 急ぎのときは、窓口に電話してください。

mdg-document-gone = 書類の期限がすぎました
    .happened = 開ける期限が、すぎました。
    .safe = 控えも消えているので、もれません。
    .next = もう一度ほしいときは、窓口に電話を。

mdg-document-undelivered = 書類を受け取れません
    .happened = { $count }回とも、こわれて届きました。
    .safe = 元の書類は、市にあります。
    .next = 窓口に電話し、再送を頼んでください。

mdg-request = 市が、おことわりしました
    .happened = この申出は、受けられませんでした。
    .safe = 何も渡されていません。
    .next = 理由は、窓口に聞いてください。

mdg-enrol = つなげませんでした
    .happened = 端末の登録が、終わりませんでした。
    .safe = 何も変わっていません。
    .next = 登録番号の紙を見て、もう一度どうぞ。

mdg-enrol-token-unknown = 登録番号が合いません
    .happened = 市に、この登録番号がありません。
    .safe = 何も変わっていません。
    .next = 紙と見くらべて、入れなおしてください。

mdg-enrol-token-used = 使いおわった登録番号です
    .happened = この登録番号は、前に使われました。
    .safe = 何も変わっていません。
    .next = おぼえがなければ、窓口にすぐ電話を。

mdg-enrol-token-expired = 登録番号の期限切れです
    .happened = 登録番号が使えるのは、24時間です。
    .safe = 何も変わっていません。
    .next = 市に、新しい登録番号を頼みます。

mdg-enrol-serial = ほかの端末の登録番号です
    .happened = この登録番号は、別の端末のものです。
    .safe = 何も変わっていません。
    .next = その端末で使うか、新しい登録番号を。

mdg-enrol-missing = まだ市につながっていません
    .happened = この端末は、まだ登録していません。
    .safe = 保存したものは、そのままです。
    .next = 設定者が、登録できます。

mdg-device = この端末は止められています
    .happened = 市が、この端末を知りません。
    .safe = 保存したものは、そのままです。
    .next = 窓口に電話してください。

mdg-device-revoked = この端末は止められました
    .happened = 市が、この端末を止めました。
    .safe = 保存したものは、そのままです。
    .next = 窓口に電話してください。

mdg-device-wiped = 端末の中を消しました
    .happened = なくした届けが、出されていました。
    .safe = お客さまの情報は、残っていません。
    .next = 見つかったら、窓口に電話してください。

mdg-certificate = 通信の証明を確かめています
    .happened = 通信の証明が、合いませんでした。
    .safe = 保存したものは、そのままです。
    .next = 続くときは、窓口に電話してください。

mdg-certificate-expired = 通信の証明が切れました
    .happened = 証明の期限が、すぎました。
    .safe = 保存したものは、そのままです。
    .next = 自動で、新しくします。

mdg-store = 市の側が混んでいます
    .happened = 市の側が、今は受けられません。
    .safe = 保存したものは、そのままです。
    .next = 自動で、あとでもう一度送ります。

mdg-import = 読みこめない行があります
    .happened = 形の合わない行がありました。
    .safe = ほかの行は、そのままです。
    .next = 窓口に、このコードを伝えてください。

mdg-input = 入れたものを見なおしてください
    .happened = 入れたものの形が、合いませんでした。
    .safe = ほかに入れたものは、そのままです。
    .next = 紙と見くらべて、入れなおしてください。

mdg-input-individual-number = 12けたの番号は入れられません
    .happened = 個人番号は、うかがいません。
    .safe = どこにも残していません。
    .next = 被保険者番号（10けた）をどうぞ。

mdg-input-office-number = 事業所番号を見なおしてください
    .happened = 事業所番号が10けたの形に合いません。
    .safe = ほかに入れたものは、そのままです。
    .next = 指定通知書と見くらべてください。

mdg-input-check-digit = 番号を見くらべてください
    .happened = 番号の最後の数字が、合いません。
    .safe = このままでも、先に進めます。
    .next = 紙と見くらべてください。

mdg-input-insured-number = 被保険者番号を見なおしてください
    .happened = 被保険者番号は10けたかHと9けたです。
    .safe = ほかに入れたものは、そのままです。
    .next = 被保険者証と見くらべてください。

mdg-input-user-id = 職員IDを見なおしてください
    .happened = 職員IDは、英数字で6文字からです。
    .safe = ほかに入れたものは、そのままです。
    .next = 入れなおしてください。

mdg-input-name = お名前を見なおしてください
    .happened = 名前に使わない文字があります。
    .safe = ほかに入れたものは、そのままです。
    .next = 入れなおしてください。

mdg-input-kana = かなで入れてください
    .happened = かなの欄に、ほかの文字があります。
    .safe = ほかに入れたものは、そのままです。
    .next = かなで入れなおしてください。

mdg-input-phone = 電話番号を見なおしてください
    .happened = この電話番号には、かけられません。
    .safe = ほかに入れたものは、そのままです。
    .next = 入れなおしてください。

mdg-input-email = メールを見なおしてください
    .happened = メールアドレスの形が、ちがいます。
    .safe = ほかに入れたものは、そのままです。
    .next = 入れなおしてください。

mdg-input-text = 文字を見なおしてください
    .happened = 文字が入っていないか、長すぎます。
    .safe = ほかに入れたものは、そのままです。
    .next = 入れなおしてください。

mdg-input-missing = えらんでいないものがあります
    .happened = まだ、えらんでいないものがあります。
    .safe = 入れたものは、そのままです。
    .next = もどって、えらんでください。

mdg-reader = カードの読み取り機が見つかりません
    .happened = 読み取り機と、つながっていません。
    .safe = カードのほかの仕事は、続けられます。
    .next = 差し込みを確かめてください。

mdg-reader-service = 読み取りの用意をしています
    .happened = 読み取りの仕組みが、返事をしません。
    .safe = カードのほかの仕事は、続けられます。
    .next = 自動で、もう一度ためします。

mdg-card = カードを読めませんでした
    .happened = カードが、読みおわりませんでした。
    .safe = お客さまの情報は、残っていません。
    .next = もう一度置いてください。

mdg-card-torn = カードが、はなれました
    .happened = 読みおわる前に、はなれました。
    .safe = 番号をためせる回数は、へっていません。
    .next = もう一度置いて、そのままに。

mdg-card-uncertain = カードが、はなれました
    .happened = 番号を確かめるとちゅうでした。
    .safe = 回数を確かめています。
    .next = もう一度置いて、そのままに。

mdg-card-wrong-code = 番号が合いませんでした
    .happened = カードの番号と、ちがいました。
    .safe = まだ、ためせます。
    .next = カードを見て、入れなおしてください。

mdg-card-wrong-pin = 暗証番号が合いませんでした
    .happened = カードの暗証番号と、ちがいました。
    .safe = まだ、ためせます。
    .next = ご本人に、もう一度入れてもらいます。

mdg-card-last-try = あと1回です
    .happened = あと1回ちがうと、使えなくなります。
    .safe = 今は、まだ使えます。
    .next = 管理者に声をかけてください。

mdg-card-blocked = このカードの番号は使えません
    .happened = ためせる回数が、なくなっています。
    .safe = カードそのものは、使えます。
    .next = ご本人が、市の窓口で元にもどせます。

mdg-card-expired = 有効期限が、すぎています
    .happened = カードの日付が、すぎていました。
    .safe = お客さまの情報は、残っていません。
    .next = ほかの書類で、確かめてください。

mdg-card-not-genuine = 本物と確かめられませんでした
    .happened = カードのしるしが、合いませんでした。
    .safe = お客さまの情報は、残っていません。
    .next = もう一度読むか、ほかの書類をどうぞ。

mdg-card-clone = 本物と確かめられませんでした
    .happened = カードが、返事をできませんでした。
    .safe = お客さまの情報は、残っていません。
    .next = ほかの書類で、確かめてください。

mdg-card-mismatch = 本物と確かめられませんでした
    .happened = カードの2か所が、合いませんでした。
    .safe = お客さまの情報は、残っていません。
    .next = ほかの書類で、確かめてください。

mdg-card-foreign = ほかの種類のカードです
    .happened = マイナンバーカードではありません。
    .safe = 何も読んでいません。
    .next = マイナンバーカードを置いてください。

mdg-card-photo = 写真を出せませんでした
    .happened = 写真を、画面に出せませんでした。
    .safe = ほかの確かめは、終わっています。
    .next = ほかの書類の写真と、くらべてください。

mdg-outbox = 送信箱を見てください
    .happened = 送信箱に、見てほしいものがあります。
    .safe = 保存したものは、そのままです。
    .next = 送信箱を開いてください。

mdg-outbox-quota = 送信箱がいっぱいです
    .happened = 新しい申出を、保存できませんでした。
    .safe = これまでの{ $count }件は、そのままです。
    .next = 回線を確かめて、お待ちください。

mdg-vault = 保存場所を開けません
    .happened = 保存場所が、開きませんでした。
    .safe = 中のものは、変えていません。
    .next = 窓口に、このコードを伝えてください。

mdg-vault-full = 保存場所がいっぱいです
    .happened = 新しいものを、保存できませんでした。
    .safe = これまでの{ $count }件は、そのままです。
    .next = 窓口に、このコードを伝えてください。

mdg-vault-wiped = 端末の中を消しました
    .happened = なくした届けが、出されていました。
    .safe = お客さまの情報は、残っていません。
    .next = 見つかったら、窓口に電話してください。

mdg-vault-offline-limit = 長い間つながっていません
    .happened = 決めた日数を、こえました。
    .safe = 中のものは、鍵をかけて守っています。
    .next = 回線につなぐと、また使えます。

mdg-clock = 時刻を確かめられません
    .happened = 端末の時刻が、確かではありません。
    .safe = 保存したものは、そのままです。
    .next = つながると、自動で合います。

mdg-net = 市とつながりませんでした
    .happened = 市からの返事を、受けとれませんでした。
    .safe = 保存したものは、そのままです。
    .next = つながると、自動で送ります。

mdg-net-portal = 回線がとちゅうで止まっています
    .happened = 回線が、別の画面を返しました。
    .safe = 保存したものは、そのままです。
    .next = 回線の使いはじめの手続きをどうぞ。

mdg-net-tls = 相手を確かめられません
    .happened = 市の証明と、合いませんでした。
    .safe = 何も送っていません。
    .next = 窓口に電話してください。

mdg-config = 設定を読めません
    .happened = 設定のファイルが、合いません。
    .safe = 保存したものは、そのままです。
    .next = 窓口に、このコードを伝えてください。

mdg-audit = 記録を確かめてください
    .happened = 記録のつながりが、合いません。
    .safe = 記録は、そのまま残しています。
    .next = 窓口に電話してください。

mdg-passcode = パスコードが合いません
    .happened = パスコードが、ちがいました。
    .safe = 保存したものは、そのままです。
    .next = もう一度、ためしてください。

mdg-passcode-wait = しばらくお待ちください
    .happened = パスコードが、何度かちがいました。
    .safe = 保存したものは、そのままです。
    .next = 時間がたつと、また入れます。

mdg-access = この仕事はできません
    .happened = 今の役わりでは、できない仕事です。
    .safe = 何も変わっていません。
    .next = 管理者に声をかけてください。

mdg-access-taken = 使われている職員IDです
    .happened = 同じ職員IDの人がいます。
    .safe = 入れたものは、そのままです。
    .next = 別の職員IDにしてください。

mdg-access-last-administrator = 管理者が、いなくなります
    .happened = この人は、ただ一人の管理者です。
    .safe = 何も変わっていません。
    .next = 先に、ほかの管理者を決めてください。

mdg-access-too-many = 職員がいっぱいです
    .happened = 登録できる人数に、達しました。
    .safe = 今の職員は、そのままです。
    .next = やめた人を、先に止めてください。

mdg-lookup = 窓口に聞いてください
    .happened = ここでは、答えを出せません。
    .safe = 何も見せていません。
    .next = 窓口に電話してください。

mdg-lookup-several = 窓口に聞いてください
    .happened = 2件以上、見つかりました。
    .safe = どれも見せていません。
    .next = 窓口に電話してください。

mdg-lookup-too-many = 質問が、たまっています
    .happened = 返事を待つ質問が、いっぱいです。
    .safe = これまでの質問は、そのままです。
    .next = 返事が来てから、もう一度どうぞ。

mdg-board = 本体の部品が動いていません
    .happened = ランプや電池計などが答えません。
    .safe = 画面とカードは、ふつうに使えます。
    .next = 窓口に、このコードを伝えてください。

mdg-board-clock = 時計が止まっています
    .happened = 時計の電池が切れたようです。
    .safe = 保存したものは、そのままです。
    .next = つながると合います。電池は窓口へ。

mdg-case = 本体のふたが開きました
    .happened = ふたが開いたので、画面を閉じました。
    .safe = 保存したものは、そのままです。
    .next = おぼえがなければ、窓口に電話を。

mdg-power = 電池がもうありません
    .happened = まもなく、自動で電源を切ります。
    .safe = 保存したものは、そのままです。
    .next = 充電器をつないでください。

mdg-update = 新しい版を入れませんでした
    .happened = 届いた新しい版を、使えませんでした。
    .safe = 今の版のまま、続けて使えます。
    .next = 窓口に、このコードを伝えてください。

mdg-release = 新しい版がありません
    .happened = 新しい版は、取り下げられました。
    .safe = 今の版のまま、続けて使えます。
    .next = することは、ありません。
