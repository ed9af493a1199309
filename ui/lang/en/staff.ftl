# B-2 and J-1 to J-6: settings, staff, the look, the profile, diagnostics.

settings-ask = What shall we look at?
settings-diagnostics = This terminal
settings-parts = Parts and test
settings-staff = Staff
settings-look = Look and sound
settings-profile = Office
settings-card = Card check

staff-review = Review staff
staff-count = { $total } people, { $active } can work
staff-add = Add a person
staff-add-short = Add
staff-active = Can work
staff-pledge-due = No pledge
staff-passcode-due = No passcode
staff-stopped = Stopped
staff-change = Edit staff member
staff-setup = Staff ({ $count } so far)
staff-name = Name
staff-id = Staff ID
staff-enter = Please enter
staff-add-this = Add this person
staff-finish = Finish
staff-restore = Restore
staff-stop = Stop
staff-stop-confirm = Yes, stop
staff-stop-note = Once stopped, the person can no longer sign in.
staff-new-passcode = New passcode
staff-passcode-note = Each person chooses the passcode at the first entry.

look-title = Look and sound
look-language = Language
look-japanese = 日本語
look-english = English
look-text = Text
look-text-normal = Usual
look-text-large = Large
look-text-largest = Huge
look-contrast = Colour
look-contrast-off = Usual
look-contrast-on = Strong
look-sounds = Sound
look-sounds-on = On
look-sounds-off = Off

card-mode-ask = How is a card checked?
card-mode-face = Compare the face
card-mode-face-sub = The number on the front is typed. No PIN.
card-mode-pin = Ask for the PIN
card-mode-pin-sub = Three wrong ones, and only the city can restore it.

profile-title = Review the office
profile-corporation = Corporation
profile-office = Office number
profile-name = Office
profile-short-name = Short name
profile-address = Address
profile-phone = Phone
profile-email = Mail
profile-applicant = Applicant
profile-check = Check
profile-good = This is right

diagnostics-title = This terminal
diagnostics-code = Code of the terminal ID
part-reader = Reader
part-card = Card
part-clock = Time
part-vault = Storage
part-certificate = Certificate
part-gateway = City line
part-queue = To send
part-update = v{ $running }
part-parts = Parts
verdict-good = Works
verdict-watch = Check
verdict-bad = Not working
verdict-unknown = Not known
certificate-renews = { $days } days left
certificate-90 = { $days } days left
certificate-60 = { $days } d left, due
certificate-30 = { $days } d left, late
certificate-15 = { $days } d left, look
certificate-7 = { $days } d left, call
certificate-over = Ended
update-wanted = { $offered } loads
update-no-room = No room
update-fetched = { $offered } check
update-written = { $offered } ready
update-installed = Newest
update-came-back = { $offered } taken back
update-refused = { $offered } refused
verdict-items = { $count ->
    [one] { $count } item
   *[other] { $count } items
    }
verdict-parts = { $count } to check
diagnostics-parts = Parts
diagnostics-parts-short = Parts
