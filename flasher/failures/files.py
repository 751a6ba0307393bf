"""Every way in which the files do not serve of which a box is made. Names only."""

from flasher.failures import Bilingual


class FileFailure(Bilingual):
    """What went wrong with an identity, an image of MicroPython, or the flasher's own files."""

    NO_IDENTITY = (
        "The identity file %(file)s cannot be read: %(why)s.",
        "Le fichier d'identité %(file)s ne peut pas être lu : %(why)s.",
    )
    NOT_AN_IDENTITY = (
        "%(file)s holds no box's identity: %(why)s.",
        "%(file)s ne contient pas l'identité d'un boîtier : %(why)s.",
    )
    OTHER_BOARD = (
        "The identity is for the board %(theirs)s, and %(wanted)s was asked for by --board.",
        "L'identité est faite pour la carte %(theirs)s, or --board demande %(wanted)s.",
    )
    UNKNOWN_BOARD = (
        "No box is made of the board %(board)s. There is: %(known)s.",
        "Aucun boîtier ne se fait avec la carte %(board)s. Il y a : %(known)s.",
    )
    NO_SECRET_FILE = (
        "%(file)s, which is to hold a secret in one line, cannot be used: %(why)s.",
        "%(file)s, qui doit contenir un secret sur une ligne, n'est pas utilisable : %(why)s.",
    )
    NO_IMAGE = (
        "MicroPython is not here yet. Take the file %(wanted)s from MicroPython's own download"
        " page (board ESP32_GENERIC_S3, variant for octal PSRAM), and name it by --image, once: it"
        " is kept.",
        "MicroPython n'est pas encore là. Prenez le fichier %(wanted)s sur la page de"
        " téléchargement de MicroPython (carte ESP32_GENERIC_S3, variante pour PSRAM octale), et"
        " indiquez-le une fois par --image : il est gardé.",
    )
    IMAGE_NOT_CONFIRMED = (
        "The MicroPython image was not confirmed. Nothing was written.",
        "L'image MicroPython n'a pas été confirmée. Rien n'a été écrit.",
    )
    IMAGE_UNREADABLE = (
        "%(file)s cannot be read: %(why)s.",
        "%(file)s ne peut pas être lu : %(why)s.",
    )
    IMAGE_OTHER_NAME = (
        "%(file)s is not named like a release of %(wanted)s. Take that one, and leave it its name.",
        "%(file)s ne porte pas le nom d'une version de %(wanted)s. Prenez celle-là, et laissez-lui"
        " son nom.",
    )
    IMAGE_TOO_OLD = (
        "%(file)s is too old: %(wanted)s is needed.",
        "%(file)s est trop ancien : il faut %(wanted)s.",
    )
    IMAGE_TOO_LARGE = (
        "%(file)s (%(size)s bytes) is larger than the %(largest)s bytes that it may take.",
        "%(file)s (%(size)s octets) dépasse les %(largest)s octets qu'il peut prendre.",
    )
    NOT_AN_IMAGE = (
        "%(file)s (%(size)s bytes) is no image of an ESP32: a download that broke off, or a page?",
        "%(file)s (%(size)s octets) n'est pas une image pour ESP32 : un téléchargement interrompu,"
        " ou une page web ?",
    )
    IMAGE_OTHER_CHIP = (
        "%(file)s is for an %(chip)s, not for an ESP32-S3.",
        "%(file)s est fait pour un %(chip)s, et non pour un ESP32-S3.",
    )
    IMAGE_CHANGED = (
        "%(file)s is not the file it was at first use: its SHA-256 is %(sha256)s, %(pins)s has"
        " %(pinned)s. Fetch it again; if you want the change, remove that line.",
        "%(file)s n'est pas le fichier de la première fois : son SHA-256 est %(sha256)s, et"
        " %(pins)s contient %(pinned)s. Téléchargez-le de nouveau ; si le changement est voulu,"
        " retirez cette ligne.",
    )
    IMAGE_WITHOUT_TABLE = (
        "The MicroPython image has no partition table: it is not a whole one. Fetch it again.",
        "L'image MicroPython n'a pas de table de partitions : elle n'est pas entière."
        " Téléchargez-la de nouveau.",
    )
    OTHER_LAYOUT = (
        "MicroPython of %(file)s looks for its file system at %(at)s, and the box's is made for"
        " %(wanted)s. Take another version. Nothing was written.",
        "MicroPython de %(file)s cherche son système de fichiers à %(at)s, or celui du boîtier est"
        " fait pour %(wanted)s. Prenez une autre version. Rien n'a été écrit.",
    )
    PINS_DAMAGED = (
        "%(file)s does not hold the pinned images any more. Put it back from a copy, or remove it:"
        " the image will be asked about again.",
        "%(file)s ne contient plus les empreintes des images. Remettez-le d'une copie, ou"
        " supprimez-le : l'image sera de nouveau à confirmer.",
    )
    NO_PAPERS = (
        "The box is made, and %(file)s cannot be written: %(why)s. Type the next command in another"
        " folder.",
        "Le boîtier est fait, et %(file)s ne peut pas être écrit : %(why)s. Tapez la prochaine"
        " commande dans un autre dossier.",
    )
    NOT_KEPT = (
        "%(file)s cannot be written: %(why)s. Nothing was written on the board.",
        "%(file)s ne peut pas être écrit : %(why)s. Rien n'a été écrit sur la carte.",
    )
