# D: how far is the certification?

kind-ask = Look up how?
kind-number = By insured number
kind-number-sub = Number and birth date
kind-dates = By dates
kind-dates-sub = Applied on, born on
kind-list = From our list
kind-list-sub = One of this office's clients
kind-eligibility = Eligibility

insurer-ask = Which municipality?
insurer-chosen = Chosen

clients-ask = Who on our list?
clients-count = { $count ->
    [one] 1 person
   *[other] { $count } people
}
clients-remove = Remove
clients-remove-ask = Remove whom?
clients-remove-who = Remove { $name } from the list?
clients-remove-keeps = Questions and requests stay. The person can be found again by card or number.
clients-remove-sure = Remove from the list
clients-empty = Nobody is on the list yet.
clients-born = Born { $born }

insured-ask = Insured number?
insured-label = Insured number
insured-where = Where the number stands on the certificate
insured-where-lines = The 10 digits
    marked on the
    certificate
insured-from-card = From card
insured-from-list = From list
insured-about = Number of { $name }

date-birth-ask = Date of birth?
date-application-ask = Date of application?
date-certification-ask = Certified on?
date-licence-ask = Licence valid until?
date-today = Today
date-yesterday = Yesterday
date-reads-birth = { $era } { $year } is { $western }, age { $age }
date-reads-year = { $era } { $year } is { $western }
era-meiji = Meiji
era-taisho = Taisho
era-showa = Showa
era-heisei = Heisei
era-reiwa = Reiwa
date-no-such-day = There is no such day.
date-outside-era = { $era } had no such day.
date-future = That day has not come yet.
date-year-follows = The year follows by itself.
date-year-asked = Time not sure: type the year.
date-beyond = Over { $months } { $months ->
    [one] month
   *[other] months
    }: call the desk.

purpose-ask = What is it for?
purpose-care-plan = Making a care plan
purpose-coordination = Arranging services
purpose-renewal = Preparing a renewal
purpose-asked = The person or family asks
purpose-born = born { $born }
purpose-applied = Applied { $date }
purpose-to = To { $desk }
purpose-eligibility = Eligibility look-up
purpose-send = Ask the city

answer-title = { $name }: progress
answer-title-dates = This person: progress
answer-age-unknown = Age unknown
answer-source = Source
answer-updated = Updated { $when }
answer-again = Ask again
answer-asking = Asking
answer-next = Next
answer-result = Result
answer-next-panel = { $date }: panel
answer-next-survey = Waiting for the survey
answer-next-opinion = Waiting for the opinion
answer-next-panel-date = Waiting for a panel date
answer-next-result = Waiting for the result
answer-result-about = Result about { $date } (30th day)
answer-result-late = The 30th day was { $date }
answer-certified-on = Certified { $date }
answer-certified-until = Until { $to }
answer-stale = Please ask again
answer-stale-text = This is from { $date } and may have changed.
answer-stale-plain = It may have changed since.
answer-no-clock = The clock is not confirmed, so the age is unknown.
answer-foot = For guidance only: the days may still change.

eligibility-title = { $name }: eligibility
eligibility-level = Care level
eligibility-share = Co-payment
eligibility-share-value = { $tenths }0 %
eligibility-limit = Monthly limit
eligibility-limit-value = { $units } units
eligibility-period = Certified period
eligibility-from = From { $date }
eligibility-to = to { $date }
eligibility-not-stated = Not stated
eligibility-not-yet = Not begun yet
    .sub = Check the one before it
eligibility-renewal = Renewal is open
    .sub = The period ends soon
eligibility-over = The period is over
    .sub = Check with the city desk
eligibility-read = Read { $when }
eligibility-foot = Please look at the certificates, too.

stage-applied = Applied
stage-survey = Survey
stage-opinion = Opinion
stage-panel = Panel
stage-panel-short = Panel
stage-result = Result
stage-certified = Certified
stage-about = about { $date }
stage-none = —

level-01 = Not eligible
level-06 = Programme
level-11 = Transitional
level-12 = Support 1
level-13 = Support 2
level-21 = Care level 1
level-22 = Care level 2
level-23 = Care level 3
level-24 = Care level 4
level-25 = Care level 5
level-other = Level { $code }

saved-title = Saved. Not sent yet
saved-sending = Saved. Sending now
saved-sent = Sent. Waiting for the receipt
saved-receipted = The city received it
saved-answered = The answer is here
saved-held = Saved, but on hold
saved-auto = It will be sent when the line is back. You need not wait.
saved-soon = It is sent by itself. You need not wait.
saved-sent-text = The receipt will show here. You need not wait.
saved-receipted-progress = The answer will show on this screen.
saved-receipted-text = The receipt is saved. Waiting for the answer.
saved-answered-text = The answer is saved. See it in the outbox.
saved-held-text = See why and fix it: open the outbox.
saved-outbox = See outbox
saved-slip = Slip no. { $number }

item-progress = Progress look-up
item-eligibility = Eligibility look-up
item-disclosure = Request for papers
item-document = Document received
item-staff = Staff change
item-profile = Office change
item-pledge = Pledge
item-device = Terminal report
item-progress-short = Progress
item-eligibility-short = Eligibility
item-disclosure-short = Papers
item-document-short = Document
item-staff-short = Staff
item-profile-short = Office
item-pledge-short = Pledge
item-device-short = Report
item-about = { $what }, { $who }
item-people = { $what } ({ $count })

none-not-found = Nothing was found
    .text = No application matches this number and these dates.
    .next = Check the number and the dates on the certificate.
none-old = Too old to look up here
    .text = Applications older than { $months } months cannot be looked up here.
    .next = Please call the desk.
none-several = More than one matches
    .text = Several applications have the same dates.
    .next = Please call the desk.
none-nobody = Nobody was found
    .text = Nobody has both this number and this birth date.
    .next = Check both on the certificate, or call the desk.
