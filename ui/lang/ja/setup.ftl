# S-1 to S-6: set-up.

setup-welcome = 窓口の用意をします
setup-welcome-what = この端末を市につなぎ、事業所と職員を登録します。
setup-welcome-later = とちゅうでやめても、続きからできます。
setup-need = お手もとに：一度だけの登録番号の紙、事業所番号の分かるもの
setup-need-short = 登録番号の紙と、事業所番号をお手もとに。
enrol-title = 市につないでいます
enrol-failed = つなげませんでした
enrol-type-again = 入れなおす
enrol-key = 端末の中で、鍵を作る
enrol-certificate = 証明をもらう
enrol-answer = 市とのやりとりを確かめる
setup-done = 用意ができました
setup-done-next = つぎは、職員の名前にふれて、パスコードを決めます。
setup-done-passcode = パスコードは、一人ずつ、ご本人が決めます。
