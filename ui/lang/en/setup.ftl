# S-1 to S-6: set-up.

setup-welcome = Let us prepare the desk
setup-welcome-what = We connect this terminal to the city and enter the office and its staff.
setup-welcome-later = You can stop at any time and go on later.
setup-need = At hand: the sheet with the one-time enrolment code, the office number
setup-need-short = At hand: enrolment code, office number
enrol-title = Connecting to the city
enrol-failed = It did not connect
enrol-type-again = Type again
enrol-key = Make a key inside this terminal
enrol-certificate = Receive its certificate
enrol-answer = Check the line to the city
setup-done = The desk is ready
setup-done-next = Next, touch your name and choose a passcode.
setup-done-passcode = Each person chooses a passcode alone.
