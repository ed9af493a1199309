# C: the card. The card's own number is its PIN or its printed number, never a passcode.

card-place = Please place the card
card-place-lines = Please place
    the card
card-how = Front side up,
    on the blue light.
card-how-long = Front side up,
    on the blue light.
    Keep it still until it has been read.
card-how-portable = Front side up,
    on the unit's blue light.
card-nopin = The card PIN is not used.
card-nopin-short = The card PIN is not used.
card-pin-later = The card PIN is asked for next.
card-hint = Lift it and place it again, slowly.
card-waiting = Waiting
card-waiting-long = Waiting for the card
card-none = No card

numberb-ask = Number on the card?
numberb-birth = Birth date
numberb-year = Valid to
numberb-code = 4 digits
numberb-typing = typing
numberb-later = next
numberb-where-birth = Birth date (era year)
numberb-where-year = Valid-to year
numberb-where-code = The 4-digit code
numberb-tries = { $left } tries left.
numberb-tries-few = { $left ->
    [one] Only one try left.
   *[other] Only { $left } tries left.
}
numberb-tries-unknown = The number is on the front of the card.
numberb-impossible = There is no such date.
numberb-impossible-year = There is no such year.

reading-title = Reading
reading-stopping = Stopping
reading-still = Please keep the card still.
reading-genuine = Is the card genuine?
reading-present = Is it really here?
reading-photo = Reading the photo
reading-done = done
reading-now = now
reading-moment = A few seconds

compare-ask = Is this the person?
card-compare = Please compare the photo with the person.
card-compare-short = Compare the photo with the person.
card-compare-card = Compare the face with the photo on the card.
card-compare-lines = Please
    compare the
    photo with
    the person.
card-genuine = A genuine card was presented here, now
card-genuine-lines = A genuine card was
    presented here, now
card-photo-gone = The photo is erased when you leave this screen.
compare-name = Name
compare-name-image = Name as printed on the card
compare-born = Born
compare-address = Address
compare-expires = Until
compare-photo = Photo from the card
compare-no-photo = The photo cannot be shown. Look at the card.
compare-born-age = { $born } ({ $age })
compare-until = { $date }
compare-differs = No, or not sure
compare-differs-short = No
compare-same = Yes, it is
compare-same-short = Yes
pinresult-ask = Is this right?
pinresult-unsigned = These facts are as read from the card just now. They are not covered by a signature. Please ask the person.
pinresult-unsigned-short = As read from the card. Please check with the person.

cardpin-ask = The card's PIN?
cardpin-whose = PIN of the card (4 digits)
cardpin-holder = The holder types it.
    It is not the staff passcode.
cardpin-tries = { $left } tries left.
cardpin-tries-few = { $left ->
    [one] Only one try left.
   *[other] Only { $left } tries left.
}
cardpin-tries-unknown = Checking the tries left.

confirmed-ask = What next?
confirmed-born = Born { $born }
confirmed-insured = Insured no. { $number }
confirmed-insured-unknown = The insured number is not known yet
confirmed-lookup = Look up progress
confirmed-lookup-short = Look up
confirmed-eligibility = Eligibility
confirmed-request = Request papers
confirmed-add = Add to the request
act-finish = Finish

trouble-again = Read again
trouble-retry = Try again
trouble-without = Go on without it
trouble-without-short = Without it
trouble-other-papers = Use other papers
trouble-other-papers-short = Other papers
trouble-number-again = Type it again
trouble-number-again-short = Again
trouble-allow = Ask a manager

card-torn = The card moved away
    .happened = It moved before it had been read.
    .safe = No try was used up.
    .safe-unknown = We are checking how many tries are left.
    .next = Place it again and wait for the sound.
card-blocked = This card's number is locked
    .happened = Too many wrong numbers stopped the card.
    .safe = What is on the card is unchanged.
    .next = The holder can restore it at the city office.
card-expired = The card is past its date
    .happened = It was good until { $date }.
    .happened-unknown = Its last day has passed.
    .safe = The card was read, and the log says so.
    .next = Please use another document.
card-not-genuine = We could not confirm this card
    .happened = A signature on the card did not match.
    .safe = Everything else can still be used.
    .next = Read it again, or use another document.
card-wrong-number = That did not match
    .happened = It is not the number of this card.
    .safe = { $left ->
        [one] One try is left.
       *[other] { $left } tries are left.
    }
    .next = Look at the front of the card and try again.
card-reader-missing = The reader is not found
    .happened = The card reader does not answer.
    .happened-service = The reader's service is not running.
    .safe = What was saved is unchanged.
    .next = Check its plug, then try again.
card-unreadable = This card cannot be read
    .happened = It answered something unreadable.
    .happened-foreign = It does not seem to be a My Number Card.
    .safe = What is on the card is unchanged.
    .next = Please place a My Number Card.
card-last-try = Only one try is left
    .happened = Wrong numbers have used up the others.
    .safe = The card is not locked yet.
    .next = A manager can allow one more try.
