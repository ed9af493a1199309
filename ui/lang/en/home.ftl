# B-1: the home screen. B-2: settings.

home-ask = What would you like to do?
home-card = Check a card
home-card-sub = Who is at the desk
home-progress = Look up progress
home-progress-sub = The city answers by number
home-disclosure = Request papers
home-disclosure-sub = Up to ten people at a time
home-disclosure-draft = A draft is waiting
home-inbox = Documents
home-inbox-sub = Open until deadline
home-unopened = { $count } new
home-queue = See what was sent
home-held = { $count ->
    [one] One item is on hold
   *[other] { $count } items are on hold
    }
home-held-why = See why
home-nearly-full = Storage is nearly full
home-lock = Leave the desk
home-settings = Settings
