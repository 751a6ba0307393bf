"""Every way in which a board cannot be written: its port, its chip, its flash. Names only."""

from flasher.failures import Bilingual


class BoardFailure(Bilingual):
    """What went wrong between the computer and the board."""

    NO_BOARD = (
        "No board is connected. Plug it in with a cable that carries data, or name its port by"
        " --port.",
        "Aucune carte n'est branchée. Branchez-la avec un câble qui transporte des données, ou"
        " indiquez son port par --port.",
    )
    SEVERAL_BOARDS = (
        "Several boards are connected: %(ports)s. Name one by --port.",
        "Plusieurs cartes sont branchées : %(ports)s. Indiquez-en une par --port.",
    )
    NO_PORT = (
        "There is no port %(port)s. Is the board plugged in? Its port may have another number now.",
        "Le port %(port)s n'existe pas. La carte est-elle branchée ? Son port a peut-être changé"
        " de numéro.",
    )
    NOT_A_PORT = (
        "%(port)s is no serial port. Name the board's port by --port.",
        "%(port)s n'est pas un port série. Indiquez le port de la carte par --port.",
    )
    FORBIDDEN_PORT = (
        "You may not use %(port)s. Add yourself to its group (on Debian: sudo adduser $USER"
        " dialout), then sign in anew.",
        "Vous n'avez pas le droit d'utiliser %(port)s. Ajoutez-vous à son groupe (sous Debian :"
        " sudo adduser $USER dialout), puis rouvrez votre session.",
    )
    BUSY_PORT = (
        "Another program uses %(port)s. Close it: a serial console, another flash.sh.",
        "Un autre programme utilise %(port)s. Fermez-le : une console série, un autre flash.sh.",
    )
    NO_ANSWER = (
        "%(port)s does not answer as a chip in its loader. Hold BOOT, press RST, let BOOT go, and"
        " try again; if that does not help, it is another device.",
        "%(port)s ne répond pas comme une puce dans son chargeur. Maintenez BOOT, appuyez sur RST,"
        " relâchez BOOT et recommencez ; sinon, c'est un autre appareil.",
    )
    WRONG_CHIP = (
        "The chip is an %(chip)s, and a box is an ESP32-S3. It is another board: see"
        " docs/hardware.md. Nothing was written.",
        "La puce est un %(chip)s, or un boîtier est un ESP32-S3. C'est une autre carte : voir"
        " docs/hardware.fr.md. Rien n'a été écrit.",
    )
    LOCKED_CHIP = (
        "The chip lets nobody read its flash (secure download). It is not new: take another board."
        " Nothing was written.",
        "La puce ne laisse personne lire sa mémoire (secure download). Elle n'est pas neuve :"
        " prenez une autre carte. Rien n'a été écrit.",
    )
    SMALL_FLASH = (
        "The flash has %(size)s, and a box needs 16MB (module N16R8). It is another board: see"
        " docs/hardware.md. Nothing was written.",
        "La mémoire flash a %(size)s, or un boîtier a besoin de 16MB (module N16R8). C'est une"
        " autre carte : voir docs/hardware.fr.md. Rien n'a été écrit.",
    )
    ALREADY_A_BOX = (
        "The board is a box already. To have it make its bench test again, say --test. To make"
        " another box of it, and lose what it still owes the server, say --replace. Nothing was"
        " written.",
        "La carte est déjà un boîtier. Pour qu'il refasse son essai, dites --test. Pour en faire"
        " un autre, en perdant ce qu'il doit encore au serveur, dites --replace. Rien n'a été"
        " écrit.",
    )
    NO_BOX_THERE = (
        "The board is no box, so there is nothing to test. Flash it first. Nothing was written.",
        "La carte n'est pas un boîtier : il n'y a rien à essayer. Flashez-la d'abord. Rien n'a été"
        " écrit.",
    )
    NOT_STARTED = (
        "The box has never started, or its flash is damaged: it cannot be asked for its test. Let"
        " it start once; if that does not help, flash it again. Nothing was written.",
        "Le boîtier n'a jamais démarré, ou sa mémoire est abîmée : on ne peut pas lui demander son"
        " essai. Laissez-le démarrer une fois ; sinon, flashez-le de nouveau. Rien n'a été écrit.",
    )
    VANISHED = (
        "%(port)s vanished: the cable was pulled, or the board lost its power. Plug it in and run"
        " the same command again: it is a box when that has said so.",
        "%(port)s a disparu : le câble a été débranché, ou la carte n'a plus de courant."
        " Rebranchez-la et relancez la même commande : ce sera un boîtier quand elle l'aura dit.",
    )
    BROKE_OFF = (
        "The connection at %(port)s broke off. Try another cable or socket, and run the same"
        " command again: the board is a box when that has said so.",
        "La liaison sur %(port)s s'est interrompue. Essayez un autre câble ou une autre prise, et"
        " relancez la même commande : la carte sera un boîtier quand elle l'aura dit.",
    )
    NOT_VERIFIED = (
        "The flash does not hold what was written: it is worn or broken. Run the same command"
        " again; if this comes back, take another board.",
        "La mémoire flash ne contient pas ce qui a été écrit : elle est usée ou défectueuse."
        " Relancez la même commande ; si cela revient, prenez une autre carte.",
    )
