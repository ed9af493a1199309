# `|` ends a line. The screen when nothing else starts. Read by whoever stands before it.
title = This terminal cannot start
safe = What was saved is still there. It may be switched off.
MDG-SLOTS-BAD = Touch the screen to try once more.|If it comes back, call the administrator.
MDG-DATA-CLOSED = The stored data cannot be opened.|Check that the card was not moved from another unit,|and call the administrator.
MDG-DATA-DAMAGED = The stored data are damaged. Leave it as it is and call the administrator.
MDG-CONFIG-CARD = The settings on the card cannot be read.|A technician has to prepare the card again.
MDG-DISK-MISSING = The card cannot be read. Switch off, push the card in firmly, switch on.|If it comes back, call the administrator.
MDG-DISK-READONLY = The card cannot be written any more. It may be worn out.|Leave it as it is and call the administrator.
MDG-CONFIG-BOARD = This card was prepared for another board.|A technician has to prepare the card again.
MDG-KEY-MISSING = The key of this terminal is missing or damaged.|Leave it as it is and call the administrator.
MDG-SLOTS-UNBOOTED = The firmware of this board does not fit this card.|Tell a technician the code below.
