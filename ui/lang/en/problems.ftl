# Problems: the title, what happened, what is safe, what to do next. A code without words of
# its own has those of its subject (mdg-card, mdg-net …), and in the end those of mdg-any.

mdg-any = Something unexpected
    .happened = This action stopped half way.
    .safe = What was saved is safe.
    .next = Please tell the desk this code.

mdg-wire = The city's side did not follow
    .happened = What we sent was not taken.
    .safe = What was saved is safe.
    .next = It is sent again later by itself.

mdg-auth = A short pause
    .happened = There were many tries in a short time.
    .safe = What was saved is safe.
    .next = Please wait a little and try again.

mdg-command = Please look at it again
    .happened = The city could not take this item.
    .safe = All other items go on.
    .next = Fix it in the outbox and send it again.

mdg-attachment = The file cannot be used
    .happened = The chosen file was not taken.
    .safe = The draft is safe.
    .next = Please choose another file.

mdg-attachment-too-large = The file is too large
    .happened = Files may have up to 10 MB.
    .safe = The draft is safe.
    .next = Please scan it again, smaller.

mdg-attachment-quota = The city's side has no room
    .happened = The attachment was not taken now.
    .safe = The request is saved.
    .next = It is sent again later by itself.

mdg-attachment-type = This kind is not taken
    .happened = Only PNG, JPEG and PDF are taken.
    .safe = The draft is safe.
    .next = Please choose another file.

mdg-attachment-source = The stick is not found
    .happened = The place of the files cannot be read.
    .safe = The draft is safe.
    .next = Plug it in again and try once more.

mdg-document = The document did not open
    .happened = This document cannot be opened now.
    .safe = The other documents are safe.
    .next = In a hurry, please call the desk.

mdg-document-gone = The document's time is over
    .happened = Its deadline has passed.
    .safe = Both copies are gone for good.
    .next = To get it again, call the desk.

mdg-document-undelivered = Document not received
    .happened = It came damaged { $count } times.
    .safe = The city still has the original.
    .next = Call the desk to have it sent again.

mdg-request = The city declined
    .happened = This request was not granted.
    .safe = Nothing was handed out.
    .next = Please ask the desk why.

mdg-enrol = It did not connect
    .happened = The terminal was not enrolled.
    .safe = Nothing has changed.
    .next = Look at the sheet and try again.

mdg-enrol-token-unknown = Enrolment code unknown
    .happened = The city does not know this enrolment code.
    .safe = Nothing has changed.
    .next = Compare it with the sheet.

mdg-enrol-token-used = Enrolment code was used
    .happened = This enrolment code was used before.
    .safe = Nothing has changed.
    .next = If it was not you, call the desk at once.

mdg-enrol-token-expired = Enrolment code too old
    .happened = An enrolment code works for 24 hours.
    .safe = Nothing has changed.
    .next = Ask the city for a new one.

mdg-enrol-serial = For another terminal
    .happened = This enrolment code is for another unit.
    .safe = Nothing has changed.
    .next = Use that unit, or ask for a new one.

mdg-enrol-missing = Not enrolled yet
    .happened = This terminal is not enrolled.
    .safe = What was saved is safe.
    .next = The person who sets up can do it.

mdg-device = This terminal is stopped
    .happened = The city does not take this terminal.
    .safe = What was saved is safe.
    .next = Please call the desk.

mdg-device-revoked = This terminal was stopped
    .happened = The city has stopped this terminal.
    .safe = What was saved is safe.
    .next = Please call the desk.

mdg-device-wiped = The terminal was erased
    .happened = It had been reported lost.
    .safe = Nothing about visitors is left.
    .next = If found, please call the desk.

mdg-certificate = The certificate is checked
    .happened = The certificate did not match.
    .safe = What was saved is safe.
    .next = If it goes on, call the desk.

mdg-certificate-expired = The certificate ran out
    .happened = Its time is over.
    .safe = What was saved is safe.
    .next = It is renewed by itself.

mdg-store = The city's side is busy
    .happened = The city cannot take it now.
    .safe = What was saved is safe.
    .next = It is sent again later by itself.

mdg-import = Some rows were left out
    .happened = Some rows have another form.
    .safe = The other rows are safe.
    .next = Please tell the desk this code.

mdg-input = Please look at it again
    .happened = What you typed has the wrong form.
    .safe = Everything else you typed is safe.
    .next = Compare it with the paper.

mdg-input-individual-number = A 12-digit number cannot be entered
    .happened = We never ask for the individual number.
    .safe = It was not kept anywhere.
    .next = Please use the insured number (10).

mdg-input-office-number = Look at the office number
    .happened = The office number does not have its ten characters.
    .safe = Everything else you typed is safe.
    .next = Compare it with the designation letter.

mdg-input-check-digit = Please compare the number
    .happened = The number's last digit does not match.
    .safe = You can go on as it is.
    .next = Compare it with the paper.

mdg-input-insured-number = Look at the insured number
    .happened = An insured number: ten digits, or H and nine.
    .safe = Everything else you typed is safe.
    .next = Compare it with the certificate.

mdg-input-user-id = Look at the staff ID
    .happened = A staff ID has six or more letters and digits.
    .safe = Everything else you typed is safe.
    .next = Please type it again.

mdg-input-name = Look at the name
    .happened = Some characters do not belong in a name.
    .safe = Everything else you typed is safe.
    .next = Please type it again.

mdg-input-kana = Kana, please
    .happened = A kana field has other characters.
    .safe = Everything else you typed is safe.
    .next = Please type it in kana.

mdg-input-phone = Look at the phone number
    .happened = This phone number cannot be dialled.
    .safe = Everything else you typed is safe.
    .next = Please type it again.

mdg-input-email = Look at the mail address
    .happened = The mail address has the wrong form.
    .safe = Everything else you typed is safe.
    .next = Please type it again.

mdg-input-text = Look at the text
    .happened = The text is empty or too long.
    .safe = Everything else you typed is safe.
    .next = Please type it again.

mdg-input-missing = Something is not chosen
    .happened = One choice was not made yet.
    .safe = What you typed is safe.
    .next = Go back and choose.

mdg-reader = The card reader is not found
    .happened = There is no line to the reader.
    .safe = All work without a card goes on.
    .next = Please check its plug.

mdg-reader-service = The reader is starting
    .happened = The reader's service does not answer.
    .safe = All work without a card goes on.
    .next = It is tried again by itself.

mdg-card = The card was not read
    .happened = Reading did not come to its end.
    .safe = Nothing about the visitor was kept.
    .next = Please place it again.

mdg-card-torn = The card moved away
    .happened = It moved before it was read.
    .safe = No try was used up.
    .next = Place it again and keep it still.

mdg-card-uncertain = The card moved away
    .happened = The number was just being checked.
    .safe = The counter is being read.
    .next = Place it again and keep it still.

mdg-card-wrong-code = The number did not match
    .happened = It is not the card's number.
    .safe = There are tries left.
    .next = Look at the card and type again.

mdg-card-wrong-pin = The PIN did not match
    .happened = It is not the card's PIN.
    .safe = There are tries left.
    .next = Ask the holder to type again.

mdg-card-last-try = One try is left
    .happened = One more wrong try locks it.
    .safe = It still works now.
    .next = Please ask a manager.

mdg-card-blocked = This card's number is locked
    .happened = No tries are left.
    .safe = The card itself is fine.
    .next = The holder can restore it at the city.

mdg-card-expired = The card is past its date
    .happened = The date on the card has passed.
    .safe = Nothing about the visitor was kept.
    .next = Please use another document.

mdg-card-not-genuine = We could not confirm this card
    .happened = Its mark did not match.
    .safe = Nothing about the visitor was kept.
    .next = Read it again or use another document.

mdg-card-clone = We could not confirm this card
    .happened = It could not answer as it should.
    .safe = Nothing about the visitor was kept.
    .next = Please use another document.

mdg-card-mismatch = We could not confirm this card
    .happened = Two places on it do not agree.
    .safe = Nothing about the visitor was kept.
    .next = Please use another document.

mdg-card-foreign = Another kind of card
    .happened = It is not a My Number Card.
    .safe = Nothing was read.
    .next = Please place a My Number Card.

mdg-card-photo = The photo cannot be shown
    .happened = The photo could not be drawn.
    .safe = All else was checked.
    .next = Compare another document's photo.

mdg-outbox = Please see the outbox
    .happened = Something in the outbox needs you.
    .safe = What was saved is safe.
    .next = Please open the outbox.

mdg-outbox-quota = The outbox is full
    .happened = The new item was not saved.
    .safe = The { $count } items already saved are safe.
    .next = Check the line and let it send.

mdg-vault = Storage does not open
    .happened = The storage could not be opened.
    .safe = Nothing in it was changed.
    .next = Please tell the desk this code.

mdg-vault-full = Storage is full
    .happened = The new item was not saved.
    .safe = The { $count } items already saved are safe.
    .next = Please tell the desk this code.

mdg-vault-wiped = The terminal was erased
    .happened = It had been reported lost.
    .safe = Nothing about visitors is left.
    .next = If found, please call the desk.

mdg-vault-offline-limit = Offline for a long time
    .happened = More days passed than allowed.
    .safe = The data is locked and safe.
    .next = Connect the line to use it again.

mdg-clock = The clock is not confirmed
    .happened = The terminal's time is not sure.
    .safe = What was saved is safe.
    .next = It is set when the line is back.

mdg-net = No line to the city
    .happened = No proper answer came back.
    .safe = What was saved is safe.
    .next = It is sent when the line is back.

mdg-net-portal = The line stops half way
    .happened = The line gave a page of its own.
    .safe = What was saved is safe.
    .next = Please sign in to the line.

mdg-net-tls = The other side is not confirmed
    .happened = The certificate is not the city's.
    .safe = Nothing was sent.
    .next = Please call the desk.

mdg-config = The settings do not read
    .happened = The configuration file is not right.
    .safe = What was saved is safe.
    .next = Please tell the desk this code.

mdg-audit = Please check the record
    .happened = The record's chain does not match.
    .safe = The record was left as it is.
    .next = Please call the desk.

mdg-passcode = The passcode did not match
    .happened = The passcode was another one.
    .safe = What was saved is safe.
    .next = Please try again.

mdg-passcode-wait = Please wait a moment
    .happened = Several passcodes were wrong.
    .safe = What was saved is safe.
    .next = You can enter again after a while.

mdg-access = Not for this role
    .happened = Your role does not have this right.
    .safe = Nothing has changed.
    .next = Please ask a manager.

mdg-access-taken = The staff ID is taken
    .happened = Somebody else has this ID.
    .safe = What you typed is safe.
    .next = Please choose another ID.

mdg-access-last-administrator = No manager would be left
    .happened = This is the only manager.
    .safe = Nothing has changed.
    .next = First name another manager.

mdg-access-too-many = The staff list is full
    .happened = No more people can be entered.
    .safe = The present staff is unchanged.
    .next = First stop those who left.

mdg-lookup = Please ask the desk
    .happened = No answer can be shown here.
    .safe = Nothing was shown.
    .next = Please call the desk.

mdg-lookup-several = Please ask the desk
    .happened = Two or more were found.
    .safe = None was shown.
    .next = Please call the desk.

mdg-lookup-too-many = Many questions wait
    .happened = No more questions can wait.
    .safe = The questions so far are safe.
    .next = Try again when answers came.

mdg-board = A part of the unit is not working
    .happened = The lamp, gauge or switch is silent.
    .safe = Screen and card work as usual.
    .next = Tell the desk this code.

mdg-board-clock = The unit's clock has stopped
    .happened = Its own battery seems to be empty.
    .safe = What was saved is safe.
    .next = It is set on contact. Call the desk.

mdg-case = The case was opened
    .happened = The desk was locked at once.
    .safe = What was saved is safe.
    .next = If it was not you, call the desk.

mdg-power = The battery is empty
    .happened = The unit switches off in a moment.
    .safe = What was saved is safe.
    .next = Plug in the charger.

mdg-update = The new version was not installed
    .happened = The new version that arrived could not be used.
    .safe = The present version goes on.
    .next = Tell the desk this code.

mdg-release = The new version is gone
    .happened = The new version was taken back.
    .safe = The present version goes on.
    .next = There is nothing to do.
