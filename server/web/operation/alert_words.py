"""What an alert is called, and what is to be done, on the pages and in letters.

Only what is known is said. Never here: when something is an alert (server/fleet/alerts/).
"""

from collections.abc import Mapping

from server.fleet.alerts import Kind
from server.web.i18n import N_

TITLES: Mapping[Kind, str] = {
    Kind.NOT_READY: N_("The server cannot do what the boxes need"),
    Kind.WRONG_CLOCK: N_("The server doubts its own clock"),
    Kind.DISK_NEARLY_FULL: N_("The server’s disk is nearly full"),
    Kind.BACKUP_FAILED: N_("The last backup failed"),
    Kind.BACKUP_OVERDUE: N_("No backup for more than two days"),
    Kind.MAIL_STUCK: N_("Mail does not leave"),
    Kind.PURGE_FAILED: N_("The last purge failed"),
    Kind.PURGE_OVERDUE: N_("No purge for more than two days"),
    Kind.SILENT_CAR: N_("Cars that are not heard"),
    Kind.BATTERY_LOW: N_("Cars whose battery is low"),
}

ADVICE: Mapping[Kind, str] = {
    Kind.NOT_READY: N_(
        "The server’s log names what is missing, and so does voiturier check. The boxes keep what"
        " they have recorded until the server takes it."
    ),
    Kind.WRONG_CLOCK: N_(
        "Synchronise the machine’s clock; if it is right, run: voiturier confirm-time. Until then"
        " no box is told the time."
    ),
    Kind.DISK_NEARLY_FULL: N_(
        "Make room on the disk, or give the server a larger one. Once it is full nothing can be"
        " booked, and the boxes keep what they have recorded until there is room."
    ),
    Kind.BACKUP_FAILED: N_("See in the server’s log why, then make one: voiturier backup."),
    Kind.BACKUP_OVERDUE: N_(
        "See whether the nightly backup still runs, then make one: voiturier backup."
    ),
    Kind.MAIL_STUCK: N_(
        "See on the page Mails what the mail server answers; check its address and password in"
        " the settings."
    ),
    Kind.PURGE_FAILED: N_(
        "What is past its date may still be there. See in the server’s log why, then run:"
        " voiturier purge."
    ),
    Kind.PURGE_OVERDUE: N_(
        "What is past its date may still be there. See whether the server runs all day, then run:"
        " voiturier purge."
    ),
    Kind.SILENT_CAR: N_(
        "Nothing more is known: the car may stand where there is no coverage, its box may have no"
        " power. Have somebody look at it, or note that the car is out of service."
    ),
    Kind.BATTERY_LOW: N_(
        "Have it driven for an hour or charged, and see whether a light or a door was left. The"
        " badge works to the end; the engine may not start, and a car whose battery falls further"
        " is heard once an hour, then no more."
    ),
}
