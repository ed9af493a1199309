# Words that stand on many screens: actions, the strip, states, times, roles, keys.

act-back = Back
act-home = Home
act-close = Close
act-help = Help
act-next = Next
act-again = Try again
act-start = Start
act-save = Save
act-cancel = Cancel
act-next-page = Next page
act-first-page = First page

strip-waiting = To send
strip-test = TEST
strip-clock-untrusted = Time not sure
net-on = Online
net-off = Offline
net-off-last = Offline, last { $time }
battery = { $percent }%
battery-charging = Charging { $percent }%
battery-low = Battery low { $percent }%
battery-low-short = Low { $percent }%
net-paused = Sending is paused
net-paused-clock = Checking the time
net-maintenance = Maintenance until { $time }
net-not-set-up = Not set up yet
net-certificate = Certificate: { $days } days
net-certificate-over = Certificate ended

mark-saved = Saved
mark-sent = Sent
mark-receipt = Receipt
mark-answer = Answered
mark-receipt-lines = Receipt
mark-answer-lines = Answer
mark-held = On hold

flow-label = Progress
fact-happened = Happened
fact-safe = Safe
fact-next = Next

person-staff = { $name }
person-visitor = { $name }

when-today = today
when-yesterday = yesterday
when-days-ago = { $days } days ago
age-now = Today's data
age-hours = { $hours } { $hours ->
    [one] hour
   *[other] hours
    } old
age-days = { $days } { $days ->
    [one] day
   *[other] days
    } old
left-days = { $days } { $days ->
    [one] day
   *[other] days
    } { $hours } h left
left-hours = { $hours } h left
left-minutes = { $minutes } min left

desk-open = Open now
desk-open-until = Open now (until { $until })
desk-opens = Opens at { $from }
desk-opens-on = Opens { $day } { $from }
desk-closed = Closed for now
desk-on-sheet = The desk's number is on the enrolment sheet.

role-setup = Set-up
role-administrator = Manager
role-general = Staff
role-technician = Technician

key-clear = Clear
key-clear-label = Clear all
key-erase = One
key-erase-label = Erase one
key-kana-row = Row:
key-voiced = Dakuten
key-half-voiced = Handakuten
key-small = 小
key-small-label = Small letter
key-space = Space
key-space-label = Put a space
key-letters-label = To letters
key-signs-label = To digits and signs

date-year = Y
date-month = M
date-day = D
date-year-label = Type the year
date-month-label = Type the month
date-day-label = Type the day

act-later = Later

days-weekdays = Weekdays
days-daily = Daily
days-names = Mon Tue Wed Thu Fri Sat Sun
days-joint = , 
