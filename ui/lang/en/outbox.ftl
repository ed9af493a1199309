# F: how far did everything get?

outbox-title = Outbox
outbox-empty = Nothing has been sent yet.
outbox-empty-filter = There is nothing here.
outbox-all = All
outbox-needs-you = To do
outbox-needs-you-short = To do
outbox-waiting-short = Wait
outbox-receipted-short = Receipt
outbox-answered-short = Answer
outbox-declined = { $count ->
    [one] One person declined
   *[other] { $count } people declined
}
outbox-held-why = See why, and fix it
outbox-main-held = { $count ->
    [one] See the held one
   *[other] See the { $count } held
}
outbox-main-held-short = See held
outbox-when-saved = Saved { $when }
outbox-when-sent = Sent { $when }
outbox-when-receipted = Receipt { $when }
outbox-when-answered = Answered { $when }

item-receipt = Receipt no. { $seq }
item-answer = See the answer
held-edit = Fix and resend
held-edit-short = Fix it
held-discard = Withdraw
held-discard-short = Withdraw
held-discard-confirm = Yes, withdraw
held-discard-confirm-short = Yes, withdraw
held-discard-sure = It will not be sent. The log keeps it.

decision-all = All papers will come
decision-some = Some people are not decided yet
decision-declined = { $count ->
    [one] One person was declined
   *[other] { $count } people were declined
}
decision-granted = Will come
decision-pending = Not yet
decision-no = Declined
