# A-1 to A-6: the lock screen, who is at the desk, passcodes, the pledge.

lock-clear = 画面に、お客さまの情報は残っていません。

staff-ask = どなたですか？
staff-nobody = 職員がまだいません。設定者を呼んでください。
staff-paused = 一時停止中

pass-label = 職員パスコード
pass-ask = { $name } さんの
    職員パスコードは？
pass-ask-open = { $name } さんの停止解除
    管理者のパスコードは？
pass-ask-last-try = さいごの1回をためします。
    管理者のパスコードは？
pass-ask-second = もうお一人の確認です。
    職員パスコードは？
pass-not-pin = マイナンバーカードの
    暗証番号ではありません。
pass-wrong = ちがいました。
    あと{ $left }回ためせます。
pass-checking = 確かめています…
pass-enter = 入る
pass-other-person = ほかの人
pass-new = { $name } さんの
    パスコードを決めます
pass-new-again = もう一度、
    同じ4けたを入れます
pass-new-not-pin = カードの暗証番号とは
    ちがう4けたをどうぞ。
pass-mismatch = 2回がちがいました。
    はじめからどうぞ。
pass-common = 見当がつきやすい番号です。
    ほかの4けたをどうぞ。
pass-decide = 決める

lockout-title = しばらくお待ちください
lockout-manager-title = 管理者を呼んでください
lockout-reason = パスコードが{ $wrong }回ちがいました。
    { $name } さんだけを止めています。
lockout-reason-device = パスコードが{ $wrong }回ちがいました。
    この端末を少し止めています。
lockout-safe = 保存したものは、そのままです。
lockout-hurry = お急ぎなら、管理者が解除できます。
lockout-left = あと
lockout-minutes = { $minutes }分
lockout-opens = { $time } に解除します
lockout-manager = 管理者が
    解除するまで
lockout-open = 管理者が解除
lockout-open-short = 解除
lockout-other = 別の職員で入る
lockout-other-short = 別の職員

pledge-title = ことしの誓約
pledge-purpose = 仕事に必要なときだけ、調べます。
pledge-secret = 知ったことを、ほかの人に話しません。
pledge-passcode = 職員パスコードを、人に教えません。
pledge-report = なくしたり、まちがえたりしたら、すぐ伝えます。
pledge-main = 誓約する
