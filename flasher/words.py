"""All that flash.sh says besides its failures, in two languages. Decides and prints nothing."""

import errno
import time

from flasher.failures import Bilingual


class Words(Bilingual):
    """What is said, or asked, or stands in the help."""

    # The board and its writing.
    FOUND = (
        "%(port)s: %(chip)s, %(flash)s of flash, MAC %(mac)s",
        "%(port)s : %(chip)s, %(flash)s de mémoire flash, MAC %(mac)s",
    )
    BOX = ("box %(box)s", "boîtier %(box)s")
    BOX_FOR = ("box %(box)s for %(plate)s", "boîtier %(box)s pour %(plate)s")
    WOULD_BECOME = (
        "It would become %(box)s, with MicroPython %(version)s. Nothing written.",
        "Elle deviendrait : %(box)s, avec MicroPython %(version)s. Rien n'a été écrit.",
    )
    PROGRESS = ("  %(share)s, %(left_s)s s left", "  %(share)s, encore %(left_s)s s")
    WRITTEN = (
        "Written and verified in %(spent_s)s s: %(box)s.",
        "Écrit et vérifié en %(spent_s)s s : %(box)s.",
    )
    STARTS = ("It starts now.", "Il démarre maintenant.")
    PRESS_RST = ("Press RST: it starts.", "Appuyez sur RST : il démarre.")
    DELETE_IDENTITY = (
        "Delete %(file)s now: it holds the keys that the box has.",
        "Supprimez %(file)s maintenant : il contient les clés du boîtier.",
    )
    STOPPED = (
        "stopped; a board that was being written is a box after another run",
        "arrêté ; une carte en cours d'écriture sera un boîtier après une nouvelle exécution",
    )
    # What is asked.
    FIRST_USE = (
        "First use of %(file)s\n  SHA-256 %(sha256)s",
        "Première utilisation de %(file)s\n  SHA-256 %(sha256)s",
    )
    IS_IT_THE_SAME = (
        "Compare it with what the one who gave you the file says. Is it the same? [yes/no]",
        "Comparez avec ce que dit la personne qui vous a donné le fichier. Est-ce le même ?"
        " [oui/non]",
    )
    WHICH_BOARD = ("Which board? [%(numbers)s]", "Quelle carte ? [%(numbers)s]")
    PASSPHRASE = ("Passphrase of the batch:", "Phrase de passe du lot :")
    LOGIN = ("Login:", "Identifiant :")
    PASSWORD = ("Password:", "Mot de passe :")
    CODE = ("Code of the app, or a recovery code:", "Code de l'application, ou code de secours :")
    # Of the server.
    SIGNED_IN = ("Signed in as %(name)s.", "Connecté : %(name)s.")
    WOULD_ASK = (
        "The server would be asked for a box for %(plate)s. Nothing written.",
        "Un boîtier pour %(plate)s serait demandé au serveur. Rien n'a été écrit.",
    )
    # Of a batch.
    NEXT_BOARD = (
        "Plug in the next board, then Enter; %(left)s left (q ends)",
        "Branchez la carte suivante, puis Entrée ; encore %(left)s (q pour finir)",
    )
    MADE = (
        "Boxes made: %(count)s. Left in the batch: %(left)s.",
        "Boîtiers faits : %(count)s. Restent dans le lot : %(left)s.",
    )
    FELL_SHORT = ("  %(number)s. board: %(what)s", "  carte n° %(number)s : %(what)s")
    BUT_BEGUN = (
        "; begun on other boards, to be finished there: %(plates)s",
        " ; commencées sur d'autres cartes, à finir sur celles-là : %(plates)s",
    )
    # Of the bench test.
    OK = ("  OK       %(check)s%(value)s", "  BON      %(check)s%(value)s")
    NOT_FITTED = ("  --       %(check)s: not fitted", "  --       %(check)s : pas monté")
    WAITS = ("  ...      %(check)s, it takes a while", "  ...      %(check)s, cela prend du temps")
    WAITS_FOR = ("  ...      %(check)s: %(wish)s", "  ...      %(check)s : %(wish)s")
    FAILED = (
        "  FAILED   %(check)s%(value)s [%(name)s] %(what)s",
        "  ÉCHEC    %(check)s%(value)s [%(name)s] %(what)s",
    )
    UNKNOWN_FAILURE = (
        "This flash.sh does not know that name: it is older than the box's software.",
        "Ce flash.sh ne connaît pas ce nom : il est plus ancien que le logiciel du boîtier.",
    )
    IT_SAYS = (" (it says %(kind)s)", " (elle dit %(kind)s)")
    TEST_ASKED = (
        "%(box)s is asked for its bench test; nothing else on it was changed.",
        "L'essai est demandé : %(box)s. Rien d'autre n'y a changé.",
    )
    BENCH_BEGINS = (
        "Bench test: do what it asks for. It takes some minutes (Ctrl-C leaves it).",
        "Essai du boîtier : faites ce qu'il demande. Il prend quelques minutes (Ctrl-C le quitte).",
    )
    BENCH_GREEN = ("All checks are green.", "Tout est bon.")
    NOT_TOLD = ("The server was not told: %(why)s", "Le serveur n'a pas été prévenu : %(why)s")
    # Of the label.
    LABEL = ("Label: %(file)s", "Étiquette : %(file)s")
    REPORT = ("Report: %(file)s", "Compte rendu : %(file)s")
    # Of the box that a car has already.
    ON_BOARD = ("on the board %(mac)s", "sur la carte %(mac)s")
    FLASHED_ON = ("flashed on %(when)s", "fait le %(when)s")
    FLASHED_BY = ("by %(who)s", "par %(who)s")
    ONLINE = ("connected now", "connecté en ce moment")
    NOT_ONLINE = ("not connected now", "pas connecté en ce moment")
    # The help.
    ABOUT = (
        "Makes a box of a blank board: MicroPython, the application and the box's identity,"
        " verified. A board that is unplugged meanwhile is no box; run it again.",
        "Fait un boîtier d'une carte vierge : MicroPython, l'application et l'identité du boîtier,"
        " vérifiés. Une carte débranchée entre-temps n'est pas un boîtier : recommencez.",
    )
    HELP = ("show this help and end", "montrer cette aide et finir")
    FILE = ("FILE", "FICHIER")
    PLATE = ("PLATE", "PLAQUE")
    PORT = ("PORT", "PORT")
    BOARD = ("BOARD", "CARTE")
    URL = ("URL", "ADRESSE")
    HELP_IDENTITY = (
        "one box, by the file of `voiturier box add`",
        "un boîtier, d'après le fichier de `voiturier box add`",
    )
    HELP_BATCH = (
        "one box after the other, by the file of `voiturier box batch`",
        "un boîtier après l'autre, d'après le fichier de `voiturier box batch`",
    )
    HELP_PASSPHRASE = (
        "the batch's passphrase, in one line; asked for if left out",
        "la phrase de passe du lot, sur une ligne ; demandée à défaut",
    )
    HELP_SERVER = (
        "one box, asked of the server by its https address; needs --car",
        "un boîtier, demandé au serveur par son adresse https ; demande --car",
    )
    HELP_CAR = ("the car that the box is for", "la voiture pour laquelle est le boîtier")
    HELP_CA = (
        "the authority that vouches for the server, where it is your administration's own (PEM)",
        "l'autorité qui garantit le serveur, si votre administration a la sienne (PEM)",
    )
    HELP_IMAGE = (
        "MicroPython for the board, under its official name; once, then it is kept",
        "MicroPython pour la carte, sous son nom officiel ; une fois, puis il est gardé",
    )
    HELP_PORT = (
        "the board's; found by itself if left out",
        "celui de la carte ; trouvé tout seul à défaut",
    )
    HELP_BOARD = (
        "which board it is (%(default)s, unless the identity says another)",
        "quelle carte c'est (%(default)s, sauf si l'identité en dit une autre)",
    )
    HELP_REPLACE = (
        "also a board that is a box already, and a car that has one: both are lost",
        "même une carte qui est déjà un boîtier, et une voiture qui en a un : les deux sont perdus",
    )
    HELP_TEST = (
        "have the box that is plugged in make its bench test again; nothing else on it changes;"
        " with --server, the server is told",
        "faire refaire son essai au boîtier branché ; rien d'autre n'y change ; avec --server, le"
        " serveur en est informé",
    )
    HELP_NO_BENCH = (
        "the box makes no bench test, and none is waited for",
        "le boîtier ne fait pas son essai, et on n'en attend pas",
    )
    HELP_DRY_RUN = ("look at everything, write nothing", "tout vérifier, ne rien écrire")
    HELP_SIM_PIN = (
        "the PIN that the SIM card wants, in one line",
        "le code PIN que demande la carte SIM, sur une ligne",
    )
    HELP_DOOR_ONLY = (
        "no start relay is fitted: badges open doors only",
        "pas de relais de démarrage : les badges n'ouvrent que les portes",
    )
    HELP_NO_IGNITION_LINE = (
        "the ignition line is not wired; add --door-only, for the start is never inhibited then",
        "le fil du contact n'est pas branché ; ajoutez --door-only, car le démarrage n'est alors"
        " jamais interdit",
    )
    HELP_KEY_HOLDER = (
        "keys (and fuel card) have a holder that tells whether they are in it",
        "les clés (et la carte carburant) ont un support qui dit si elles y sont",
    )
    HELP_DOOR_CONTACT = (
        "a contact tells whether a door or boot is open",
        "un contact dit si une porte ou le coffre est ouvert",
    )
    HELP_READER = ("the badge reader", "le lecteur de badges")
    ONE_SOURCE = (
        "one of --server, --batch, --identity and --test is needed, and one only",
        "il faut --server, --batch, --identity ou --test, et un seul",
    )
    NEEDS = ("%(option)s goes with %(other)s", "%(option)s va avec %(other)s")
    NOT_WITH = ("%(option)s does not go with %(other)s", "%(option)s ne va pas avec %(other)s")
    NOT_UNDERSTOOD = (
        "not understood: %(what)s (see --help)",
        "non compris : %(what)s (voir --help)",
    )
    # What is wrong with a file.
    NO_TEXT = ("no text in UTF-8", "pas du texte UTF-8")
    A_PIN = ("a PIN has 4 to 8 digits", "un code PIN a 4 à 8 chiffres")
    NO_JSON = ("no JSON", "pas du JSON")
    NO_OBJECT = ("no object of JSON", "pas un objet JSON")
    EMPTY = ("empty", "vide")
    CHIP_NUMBER = ("chip number %(number)s", "puce numéro %(number)s")
    VERSION = (
        "%(name)s, version %(oldest)s or newer",
        "%(name)s, version %(oldest)s ou plus récente",
    )
    # What the system says of a file.
    NOT_THERE = ("No such file or directory", "Il n'y a pas de fichier de ce nom")
    NOT_ALLOWED = ("Permission denied", "Vous n'en avez pas le droit")
    A_FOLDER = ("Is a directory", "C'est un dossier")
    NO_ROOM = ("No space left on device", "Il n'y a plus de place")
    READ_ONLY = ("Read-only file system", "Système de fichiers en lecture seule")
    # What it says of a network.
    TURNED_AWAY = ("Connection refused", "Connexion refusée")
    NO_WAY = ("No route to host", "Aucun chemin vers cette machine")
    NO_NETWORK = ("Network is unreachable", "Réseau inaccessible")
    CUT_OFF = ("Connection reset by peer", "Connexion coupée par l'autre côté")
    TIMED_OUT = ("no answer in time", "pas de réponse à temps")


_OF_THE_SYSTEM = {
    errno.ENOENT: Words.NOT_THERE,
    errno.EACCES: Words.NOT_ALLOWED,
    errno.EPERM: Words.NOT_ALLOWED,
    errno.EISDIR: Words.A_FOLDER,
    errno.ENOSPC: Words.NO_ROOM,
    errno.EROFS: Words.READ_ONLY,
    errno.ECONNREFUSED: Words.TURNED_AWAY,
    errno.EHOSTUNREACH: Words.NO_WAY,
    errno.ENETUNREACH: Words.NO_NETWORK,
    errno.ECONNRESET: Words.CUT_OFF,
    errno.ETIMEDOUT: Words.TIMED_OUT,
}


def why(error: OSError) -> str:
    """Return what the system says, in the technician's language where it is a common thing."""
    words = _OF_THE_SYSTEM.get(error.errno or 0)
    return words.said() if words else error.strerror or "?"


def day(at_s: int) -> str:
    """Return an instant for people, in the computer's own time."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at_s))
