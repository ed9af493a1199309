# What `kiosk doctor` tells a technician to do, by part and finding.

doctor-reader-service = The PC/SC service does not answer. Start it (systemctl start pcscd.socket) and run this again.
doctor-reader-none = No card reader is plugged in. Check its plug; `lsusb` shows whether the board sees it.
doctor-reader-choice = The reader named under [card] reader is not there, or several are and none is named. Plug it in, or correct the name; `pcsc_scan -r` lists the names.
doctor-reader-silent = The reader said nothing within { $seconds } seconds. Unplug it, plug it in and run this again.
doctor-card-none = No card lies on the reader. To check reading too, place one and run this again; no try is spent.
doctor-card-tries = The printed number of this card has { $count } tries left. Do not use this card for trials.
doctor-card-unread = This card was not read. Place it flat and still, or take another card. If another one is read, the reader is well.
doctor-clock-watch = The time is not confirmed, so nothing counts as fresh. Connect the line for a minute; look at `timedatectl` and the battery of the clock.
doctor-vault-key = The key file beside the vault or the device secret is missing, or other accounts can read it. Put it back with mode 600. Without it nobody can read the vault: if it is gone for good, move the vault file away and enrol anew.
doctor-vault-foreign = This vault was made with another key: the storage comes from another unit. Nothing was changed. Put the right storage in.
doctor-vault-newer = A later program wrote this vault. Install the later version again; nothing was changed.
doctor-vault-disk = The disk is full, or reported an error. Make room, look at `dmesg`, and run this again; what was saved is safe.
doctor-vault-damaged = The vault is damaged and was left as it is. Delete nothing: copy its folder to another disk and tell the support desk the code.
doctor-vault-audit = The audit log is not whole. Leave the unit as it is, keep the output of `kiosk verify-audit`, and tell who is in charge of security.
doctor-vault-wiped = The operator had this unit erased, and it is done. Nothing of before is left; it starts as a new one and needs a new token.
doctor-enrol = This unit is not enrolled. Ask the operator for a one-time token for its serial and type it on the screen.
doctor-certificate-soon = The certificate ends in { $count } days. Renewal begins at half-life, so it has not come about for weeks: look at the gateway's line below.
doctor-certificate-over = The certificate has ended. Connect the line: it is renewed by itself while the operator lists this unit as active.
doctor-certificate-unknown = Without a confirmed time the days cannot be counted. Mend the clock first.
doctor-gateway-tls = Somebody answers at the gateway's address whose certificate is not under our root. Nothing was sent. Look for a proxy on the way, then ask the operator which root and endpoint are right.
doctor-gateway-portal = Something on the way answers instead of the gateway, such as a Wi-Fi sign-in page. Sign in, or use another line.
doctor-gateway-stopped = The operator has stopped this unit. Ask why before anything else.
doctor-gateway-down = The gateway is not reached. Check cable or Wi-Fi, then the endpoint and the firewall (https outwards). Work goes on without it and is kept.
doctor-gateway-answer = The gateway answered, and its answer was not taken. Nothing counts as sent. Tell the operator the code.
doctor-queue-waiting = { $count } items wait, and some need a look or the queue is nearly full. Open the outbox on the screen, and connect the line.
doctor-queue-full = The queue is at its limit and takes no new work; the { $count } items in it are safe. Connect the line until it has drained.
