# A-1 to A-6: the lock screen, who is at the desk, passcodes, the pledge.

lock-clear = Nothing about visitors is left on this screen.

staff-ask = Who are you?
staff-nobody = Nobody is enrolled yet. Please call the person who sets up.
staff-paused = Paused

pass-label = Staff passcode
pass-ask = { $name },
    your staff passcode?
pass-ask-open = To let { $name } in:
    manager's passcode?
pass-ask-last-try = One last try for the card:
    manager's passcode?
pass-ask-second = A second person confirms:
    staff passcode?
pass-not-pin = Do not use your
    My Number Card PIN.
pass-wrong = That did not match. { $left ->
    [one] One try left.
   *[other] { $left } tries left.
    }
pass-checking = Checking…
pass-enter = Enter
pass-other-person = Other
pass-new = { $name },
    choose a passcode
pass-new-again = The same four
    digits once more
pass-new-not-pin = Do not use your
    My Number Card PIN.
pass-mismatch = The two differ.
    Please start again.
pass-common = Easy to guess.
    Please choose another.
pass-decide = Set passcode

lockout-title = Please wait a moment
lockout-manager-title = Please call a manager
lockout-reason = { $wrong } wrong passcodes.
    Only { $name } is paused.
lockout-reason-device = { $wrong } wrong passcodes.
    This terminal is paused.
lockout-safe = What was saved is safe.
lockout-hurry = In a hurry? A manager can open it.
lockout-left = Another
lockout-minutes = { $minutes } min
lockout-opens = Opens at { $time }
lockout-manager = Until a manager opens it
lockout-open = Manager opens
lockout-open-short = Open
lockout-other = Someone else
lockout-other-short = Someone else

pledge-title = This year's pledge
pledge-purpose = I look things up only when my work needs it.
pledge-secret = What I learn I tell nobody else.
pledge-passcode = I give my passcode to nobody.
pledge-report = If I lose something or err, I say so at once.
pledge-main = I pledge
