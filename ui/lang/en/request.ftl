# E: requests for a person's papers, up to ten people at a time.

disclosure-ask = Whose papers?
disclosure-ask-short = Whose papers?
disclosure-count = { $count }
disclosure-limit = {" "}of 10 people
disclosure-add = Add a person
disclosure-later = Go on later
disclosure-filed = Notice filed
disclosure-contract-there = Contract attached
disclosure-missing-facts = Facts missing
disclosure-missing-plan = Notice not known
disclosure-missing-contract = No contract yet
disclosure-main-add = Add a person
disclosure-main-add-short = Add
disclosure-main-contract = Attach contract
disclosure-main-contract-short = Contract
disclosure-main-complete = Fill the gaps
disclosure-main-complete-short = Go on
disclosure-main-review = Check and send
disclosure-main-review-short = Check
limit-ten = Ten people at a time. The eleventh starts a second request.

person-title = Person { $place }
person-name = Name
person-certified = Certified on
person-missing = Not entered yet
person-filed-ask = Plan notice filed?
person-filed-yes = Yes
person-filed-no = Not yet
person-contract = Attach contract
person-contract-there = Has contract
person-contract-hint = The page with the name on it is enough.
person-remove = Remove
person-done = That is right
person-next = Next

attach-ask = Which file?
attach-contract = Contract: { $name }
attach-qualification = Care manager's certificate
attach-searching = Looking for files
attach-empty = No files found. Plug in the USB stick and look again.
attach-hint = PNG, JPEG or PDF, up to 10 MB.
attach-again = Look again
attach-again-short = Look
attach-kind-picture = Picture, { $size }
attach-kind-pdf = PDF, { $size }
attach-kind-other = This kind cannot be attached

review-ask = Send this?
review-people = Whose papers
review-applicant = Applicant
review-office = Office no.
review-to = To
review-office-warning = The office number does not match.
review-filed = Filed
review-contract = Contract
review-scan = Attach certificate
    (not required)
review-scan-there = Certificate attached
review-scan-soon = Certificate ends soon
review-scan-over = Ended. Attach the new one
review-scan-until = Valid to { $date }
review-send = Send

qualification-ask = Your qualification?
qualification-once = It goes into the request. Asked only once.
qualification-care-manager = Care manager
qualification-senior = Senior care manager
qualification-nurse = Nurse or public health nurse
qualification-social-worker = Social worker
qualification-care-worker = Certified care worker
qualification-none = None of these
limit-ten-lines = Ten people at a time.
    The eleventh starts a second one.
