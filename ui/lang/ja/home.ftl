# B-1: the home screen. B-2: settings.

home-ask = 何をしますか？
home-card = 本人確認
home-card-sub = カードで確かめる
home-progress = 認定のすすみぐあい
home-progress-sub = 番号と生年月日で、市にききます
home-disclosure = 資料提供の申出
home-disclosure-sub = 1回に10人まで
home-disclosure-draft = 書きかけがあります
home-inbox = 届いた書類
home-inbox-sub = 期限まで開けます
home-unopened = 未開封 { $count }
home-queue = 送信箱を見る
home-held = { $count }件を止めています
home-held-why = 理由を見る
home-nearly-full = 保存場所が、もうすぐいっぱいです
home-lock = 席をはなれる
home-settings = 設定
