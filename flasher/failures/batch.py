"""Every way in which a batch of identities gives none for a board. Names only."""

from flasher.failures import Bilingual


class BatchFailure(Bilingual):
    """What went wrong with a batch file, its passphrase, or one of its entries."""

    NO_BATCH = (
        "The batch file %(file)s cannot be used: %(why)s.",
        "Le fichier de lot %(file)s n'est pas utilisable : %(why)s.",
    )
    NOT_A_BATCH = (
        "%(file)s is no batch file of `voiturier box batch`.",
        "%(file)s n'est pas un fichier de lot de `voiturier box batch`.",
    )
    DAMAGED_BATCH = (
        "The batch file %(file)s is damaged (%(what)s). Ask for it anew; the boards that are boxes"
        " already stay as they are.",
        "Le fichier de lot %(file)s est abîmé (%(what)s). Redemandez-le ; les cartes qui sont déjà"
        " des boîtiers le restent.",
    )
    BATCH_IN_USE = (
        "Another flash.sh uses the batch file %(file)s, here or on another computer. Let it end:"
        " one at a time.",
        "Un autre flash.sh utilise le fichier de lot %(file)s, ici ou sur un autre ordinateur."
        " Attendez qu'il ait fini : un seul à la fois.",
    )
    WRONG_PASSPHRASE = (
        "The passphrase opens nothing of %(file)s. Try again: capitals, accents, spaces count.",
        "La phrase de passe n'ouvre rien dans %(file)s. Recommencez : majuscules, accents et"
        " espaces comptent.",
    )
    DAMAGED_ENTRY = (
        "The entry of %(plate)s is damaged: it does not open, and others do. Ask for a new batch.",
        "L'entrée de %(plate)s est abîmée : elle ne s'ouvre pas, et d'autres s'ouvrent. Demandez"
        " un nouveau lot.",
    )
    NO_ENTRY = (
        "The batch has no entry for %(plate)s. It has: %(plates)s.",
        "Le lot n'a pas d'entrée pour %(plate)s. Il a : %(plates)s.",
    )
    ENTRY_USED = (
        "The entry of %(plate)s was used on %(when)s, for the board %(mac)s. Each makes one box:"
        " for another board, the operator makes that car a new one.",
        "L'entrée de %(plate)s a servi le %(when)s, pour la carte %(mac)s. Chacune fait un seul"
        " boîtier : pour une autre carte, l'exploitant en refait une pour cette voiture.",
    )
    ENTRY_BEGUN = (
        "The entry of %(plate)s was begun on the board %(mac)s: finish it there. If that board is"
        " dead, the operator makes the car a new one.",
        "L'entrée de %(plate)s a été commencée sur la carte %(mac)s : finissez-la sur celle-là. Si"
        " cette carte est morte, l'exploitant en refait une pour cette voiture.",
    )
    BOARD_BEGUN = (
        "This board was begun as the box of %(plate)s: finish that first, with --car %(plate)s.",
        "Cette carte a été commencée comme boîtier de %(plate)s : finissez d'abord celui-là, avec"
        " --car %(plate)s.",
    )
    BOARD_DONE = (
        "This board is the box of %(plate)s already, since %(when)s. Plug in another one.",
        "Cette carte est déjà le boîtier de %(plate)s, depuis le %(when)s. Branchez-en une autre.",
    )
    ALL_USED = (
        "All entries of the batch are used%(begun)s.",
        "Toutes les entrées du lot ont servi%(begun)s.",
    )
    ENTRY_TAKEN = (
        "Another flash.sh on this computer has just given this entry to the board %(mac)s, from a"
        " copy of the batch file. Nothing was written.",
        "Un autre flash.sh de cet ordinateur vient de donner cette entrée à la carte %(mac)s,"
        " depuis une copie du fichier de lot. Rien n'a été écrit.",
    )
    NO_LEDGER = (
        "%(file)s, where this computer keeps which entries it used, cannot be used: %(why)s.",
        "%(file)s, où cet ordinateur note les entrées qui ont servi, n'est pas utilisable :"
        " %(why)s.",
    )
    LEDGER_DAMAGED = (
        "%(file)s, where this computer keeps which entries it used, is damaged. Put it back from a"
        " copy; without one remove it, and use no copy of an older batch file.",
        "%(file)s, où cet ordinateur note les entrées qui ont servi, est abîmé. Remettez-le d'une"
        " copie ; sinon supprimez-le, et n'utilisez aucune copie d'un ancien fichier de lot.",
    )
