# S-7 to S-10 and J-7: the self-test and the parts of this terminal.

selftest-touch = Press the yellow corner
selftest-silent = It does not react
selftest-colour-next = Touch for the next colour ({ $now }/{ $all })
selftest-colour-last = Touch to finish ({ $now }/{ $all })
selftest-colours = Were all five colours right?
selftest-colours-what = Red, green, blue, white, black. A patch or a dot that stays means "No".
selftest-lamp = Did it light red, green and blue?
selftest-lamp-what = The status lamp beside the screen shows three colours, a second each.
selftest-sound = Did you hear a low tone?
selftest-sound-what = One short tone.
selftest-reader = Let us check the reader
selftest-reader-what = Lay down a test card if you have one. If not, just go on.
selftest-card-read = The card was read.
selftest-reader-answers = The reader works.
selftest-looking = Looking at line and storage
selftest-looking-what = This takes twenty seconds at most.
selftest-yes = Yes
selftest-no = No
selftest-parts = Parts of this terminal
selftest-all-good = The test is done
selftest-faults = { $count ->
    [one] One needs attention
   *[other] { $count } need attention
}
selftest-stopped = Not usable yet
selftest-none = None
selftest-pending = Next
selftest-look-again = Again
selftest-begin = Test
selftest-send = Send

tested-touch = Touch
tested-screen = Colours
tested-lamp = Lamp
tested-sound = Sound
tested-clock = Clock
tested-network = Network
tested-case = Case switch
tested-battery = Battery
tested-enrolment = Enrolment

corner-top-left = top left
corner-top-right = top right
corner-bottom-right = bottom right
corner-bottom-left = bottom left
corner-and = {", "}

found-reader-empty = Checked without a card.
found-reader-missing = Plug the reader in again.
found-reader-not-supported = Use a reader that is supported.
found-reader-service = Switch the terminal off and on.
found-reader-silent = No answer yet. Wait a moment.
found-card-unread = Try again with another card.
found-corners-silent = Silent: { $corners }. Call service.
found-colours-wrong = Tell service what you saw.
found-not-seen = Look at the lamp's wire.
found-not-heard = Look at the buzzer's wire.
found-clock-lost = Change the clock's battery.
found-clock-untrusted = It is set once connected.
found-no-link = Look at the cable or the Wi-Fi.
found-no-address = Look at the router.
found-no-name = The gateway's name is unknown.
found-gateway-silent = No answer there. Call the city.
found-no-gateway = The settings name no gateway.
found-disk-low = Little room is left.
found-disk-full = No room is left. Call service.
found-disk-failed = Cannot write. Change the SD card.
found-vault-failed = Cannot be read. Call service.
found-case-open = Close the case.
found-battery-low = Charge it.
found-part-absent = No answer. Look at its wire.
found-part-failed = Odd answer. Look at its wire.
found-part-setup = Look at its settings or rights.
found-pending = It is enrolled next.
