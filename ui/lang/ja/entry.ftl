# Questions of the text keyboard (E-6, S-2, S-4), and what to type.

field-person-name = お名前は？
    .hint = かなで入れます。姓と名のあいだは空白です。
field-token = 登録番号は？
    .hint = 市から届いた紙の番号を、そのまま入れます。
field-corporation = 法人名は？
    .hint = かなで入れます。あとで市が直せます。
field-office = 事業所番号は？
    .hint = 10けたの番号です。
field-office-name = 事業所名は？
    .hint = かなで入れます。
field-short-name = 短い名前は？
    .hint = 8字までです。画面の上に出ます。
field-address = 所在地は？
    .hint = かなで入れます。
field-phone = 電話番号は？
    .hint = 市外局番から入れます。
field-email = メールアドレスは？
    .hint = 事業所のアドレスを入れます。
field-applicant = 申請する方のお名前は？
    .hint = かなで入れます。姓と名のあいだは空白です。
field-staff-name = 職員のお名前は？
    .hint = かなで入れます。
field-staff-id = 職員のIDは？
    .hint = 英字と数字で、6字からです。
field-qualification = お持ちの資格は？
    .hint = 介護支援専門員など。
