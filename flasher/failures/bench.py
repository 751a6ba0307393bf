"""The bench test of a new box: its checks, what they may ask of a person, how each may fail.

Names and words only. The names are the box's own, as its console says them.
"""

from flasher.failures import Bilingual


class BenchCheck(Bilingual):
    """What is looked at, in the box's order."""

    RESETS = ("restarts", "redémarrages")
    FLASH = ("flash memory", "mémoire flash")
    MEMORY = ("working memory", "mémoire vive")
    CLOCK = ("clock", "horloge")
    BATTERY = ("battery", "batterie")
    IGNITION = ("ignition line", "fil du contact")
    CRANK = ("starter line", "fil du démarreur")
    RELAY = ("start relay", "relais de démarrage")
    RELAY_CONTACT = ("feedback contact of the relay", "contact témoin du relais")
    DOOR = ("door contact", "contact de porte")
    READER = ("badge reader", "lecteur de badges")
    BADGE = ("badge", "badge")
    SATELLITES = ("satellites", "satellites")
    MODEM = ("modem", "modem")
    SIM = ("SIM card", "carte SIM")
    REGISTRATION = ("mobile network", "réseau mobile")
    SIGNAL = ("signal", "signal")
    SERVER = ("server", "serveur")


class BenchWish(Bilingual):
    """What a person is asked to do meanwhile, as the box says it and in French."""

    SWITCH_OFF = ("switch off", "coupez le contact")
    SWITCH_ON = ("switch on", "mettez le contact")
    START = ("start", "tournez la clé pour démarrer")
    LEAVE_IT_OFF = ("leave it off", "laissez le contact coupé")
    OPEN_A_DOOR = ("open a door", "ouvrez une porte")
    SHUT_THE_DOORS = ("shut the doors", "fermez les portes")
    HOLD_A_BADGE = ("hold a badge", "tenez un badge devant le lecteur")


class BenchFailure(Bilingual):
    """What a check found, and what to look at."""

    RESETS_MANY = (
        "The box has restarted by itself several times. Look at its supply: the 12 V plug, the"
        " fuse in its holder, the ground screw. If these are sound, flash the board again.",
        "Le boîtier a redémarré tout seul plusieurs fois. Regardez son alimentation : la prise 12"
        " V, le fusible dans son support, la vis de masse. Si tout est bon, flashez la carte de"
        " nouveau.",
    )
    FLASH_WORN = (
        "The flash memory does not hold what is written: it is worn. Take another board.",
        "La mémoire flash ne garde pas ce qu'on y écrit : elle est usée. Prenez une autre carte.",
    )
    FLASH_FULL = (
        "Less than 1 MB of the flash memory is free: the board was used before. Flash it again"
        " with --replace, which empties it.",
        "Il reste moins de 1 Mo de mémoire flash : la carte a déjà servi. Flashez-la de nouveau"
        " avec --replace, qui la vide.",
    )
    WRONG_BOARD = (
        "The board has too little working memory: its module is not the N16R8 of docs/hardware.md."
        " Take another board.",
        "La carte a trop peu de mémoire vive : son module n'est pas le N16R8 de"
        " docs/hardware.fr.md. Prenez une autre carte.",
    )
    CLOCK_UNSET = (
        "No satellite has told the time yet. Put the car under open sky; look at the plug of the"
        " satellite antenna; then test again.",
        "Aucun satellite n'a encore donné l'heure. Mettez la voiture à ciel ouvert ; regardez la"
        " fiche de l'antenne satellite ; puis refaites l'essai.",
    )
    BATTERY_FLAT = (
        "The battery is low. Measure it at its own terminals: if it is low there, charge it; if"
        " not, the wire to the box or its ground has a poor contact.",
        "La batterie est faible. Mesurez-la à ses bornes : si elle y est faible, chargez-la ;"
        " sinon, le fil vers le boîtier ou sa masse fait mauvais contact.",
    )
    BATTERY_NOT_WIRED = (
        "No battery is seen. Look at the measuring wire from permanent plus (terminal 30): its"
        " plug, its fuse. On a desk, fed by USB alone, that is so.",
        "Aucune batterie n'est vue. Regardez le fil de mesure venant du plus permanent (borne 30)"
        " : sa fiche, son fusible. Sur une table, alimenté par le seul USB, c'est normal.",
    )
    IGNITION_NOT_SEEN = (
        "The ignition was not seen on within a minute. Was the key turned? Then look at the wire"
        " from terminal 15: its plug, and 12 V on it with the ignition on.",
        "Le contact n'a pas été vu mis en une minute. La clé a-t-elle été tournée ? Sinon regardez"
        " le fil de la borne 15 : sa fiche, et 12 V dessus contact mis.",
    )
    IGNITION_STUCK = (
        "The ignition reads on all the time. With the key out, measure the wire: if it has 12 V,"
        " it is on permanent plus or on a line that stays live; take terminal 15.",
        "Le contact est lu mis en permanence. Clé retirée, mesurez le fil : s'il a 12 V, il est"
        " sur un plus permanent ou sur une ligne qui reste alimentée ; prenez la borne 15.",
    )
    CRANK_NOT_SEEN = (
        "The starter was not asked for within a minute. Was the key turned to start? Then look at"
        " the wire from terminal 50, which is taken before the relay.",
        "Le démarreur n'a pas été demandé en une minute. La clé a-t-elle été tournée jusqu'au"
        " démarrage ? Sinon regardez le fil de la borne 50, pris avant le relais.",
    )
    RELAY_REVERSED = (
        "The relay does the contrary of what it is told: the two coils are swapped. Swap their two"
        " wires, and test again.",
        "Le relais fait le contraire de ce qu'on lui demande : les deux bobines sont inversées."
        " Échangez leurs deux fils, et refaites l'essai.",
    )
    RELAY_DEAD = (
        "The relay does not move. Look at the plug of its coils, at the 12 V that feeds them and"
        " at their ground; with the ear close it clicks.",
        "Le relais ne bouge pas. Regardez la fiche de ses bobines, le 12 V qui les alimente et"
        " leur masse ; l'oreille tout près, on l'entend claquer.",
    )
    CONTACT_DEAD = (
        "The feedback contact does not show what the relay does. Look at its two wires at the"
        " second contact of the relay, and at their plug at the board.",
        "Le contact témoin ne montre pas ce que fait le relais. Regardez ses deux fils au second"
        " contact du relais, et leur fiche à la carte.",
    )
    DOOR_NOT_SEEN = (
        "No door was seen to move within a minute. Was one opened? Then look at the door contact's"
        " wire and plug.",
        "Aucune porte n'a été vue bouger en une minute. En a-t-on ouvert une ? Sinon regardez le"
        " fil et la fiche du contact de porte.",
    )
    READER_SILENT = (
        "The badge reader does not answer. Look at its cable and both plugs, its 5 V, its switches"
        " (I2C: the first on, the second off), and that SDA and SCL are not swapped.",
        "Le lecteur de badges ne répond pas. Regardez son câble et ses deux fiches, son 5 V, ses"
        " commutateurs (I2C : le premier sur on, le second sur off), et que SDA et SCL ne sont pas"
        " inversés.",
    )
    BADGE_NOT_SEEN = (
        "No badge was seen within a minute. Hold one flat to the reader, then through the glass: a"
        " heated or metallised windscreen lets nothing pass, and the reader needs a clear patch of"
        " it.",
        "Aucun badge n'a été vu en une minute. Tenez-en un à plat contre le lecteur, puis à"
        " travers la vitre : un pare-brise chauffant ou métallisé ne laisse rien passer, et il"
        " faut au lecteur une zone libre.",
    )
    ANTENNA_DEAD = (
        "The receiver says that its antenna is open or shorted. Look at the antenna's plug, and"
        " along its cable for a crush or a cut.",
        "Le récepteur signale son antenne coupée ou en court-circuit. Regardez la fiche de"
        " l'antenne, et son câble d'un bout à l'autre : écrasé, coupé ?",
    )
    NO_SATELLITES = (
        "The receiver finds no place yet. Put the car under open sky and test again; then see that"
        " the antenna is plugged in and faces the sky, not metal. If the receiver is silent: its"
        " plug.",
        "Le récepteur ne se situe pas encore. Mettez la voiture à ciel ouvert et refaites l'essai"
        " ; puis voyez si l'antenne est branchée et regarde le ciel, pas du métal. Si le récepteur"
        " est muet : sa fiche.",
    )
    MODEM_SILENT = (
        "The modem does not answer. Look at the supply, which must bear its bursts (a USB socket"
        " alone may not); else the board is another one, or broken: take another.",
        "Le modem ne répond pas. Regardez l'alimentation, qui doit tenir ses appels de courant"
        " (une prise USB seule peut ne pas suffire) ; sinon la carte est une autre, ou en panne :"
        " prenez-en une autre.",
    )
    SIM_MISSING = (
        "No SIM card is found. Put it in the right way round until it holds; clean its contacts;"
        " try it in a telephone.",
        "Aucune carte SIM n'est trouvée. Mettez-la dans le bon sens, à fond ; nettoyez ses"
        " contacts ; essayez-la dans un téléphone.",
    )
    SIM_PIN_WRONG = (
        "The SIM card refuses the PIN that the box was given. It is not tried again. Find the"
        " right one, and make the box anew with it.",
        "La carte SIM refuse le code PIN donné au boîtier. Il n'est pas réessayé. Trouvez le bon,"
        " et refaites le boîtier avec lui.",
    )
    SIM_LOCKED = (
        "The SIM card is locked: it wants a PIN that the box was not given, or its PUK. Unlock it"
        " in a telephone and switch its PIN off.",
        "La carte SIM est bloquée : elle veut un code PIN que le boîtier n'a pas, ou son PUK."
        " Débloquez-la dans un téléphone et désactivez son code PIN.",
    )
    NOT_REGISTERED = (
        "No mobile network lets the box in. Is the LTE antenna plugged in, at the modem's own"
        " socket? Is the car outside? Is the SIM card's contract active?",
        "Aucun réseau mobile n'accepte le boîtier. L'antenne LTE est-elle branchée, à la prise du"
        " modem ? La voiture est-elle dehors ? Le contrat de la carte SIM est-il actif ?",
    )
    APN_REFUSED = (
        "The network lets the card in, but opens no connection: the access point (APN) or its"
        " login is wrong, or the contract has no data. The operator knows.",
        "Le réseau accepte la carte, mais n'ouvre pas de connexion : le point d'accès (APN) ou son"
        " identifiant est faux, ou le contrat est sans données. L'exploitant le sait.",
    )
    SIGNAL_WEAK = (
        "The mobile signal is weak here. Look at the plug of the LTE antenna, keep it away from"
        " metal; test again outside.",
        "Le signal mobile est faible ici. Regardez la fiche de l'antenne LTE, éloignez-la du métal"
        " ; refaites l'essai dehors.",
    )
    SERVER_UNREACHABLE = (
        "The network is there, and the server does not answer the box. Call the operator: the"
        " address given to boxes, the server, its firewall.",
        "Le réseau est là, et le serveur ne répond pas au boîtier. Appelez l'exploitant :"
        " l'adresse donnée aux boîtiers, le serveur, son pare-feu.",
    )
    SERVER_REFUSES = (
        "The server answers and does not know this box: another was made for the car since, or the"
        " fleet was restored from a copy. Call the operator.",
        "Le serveur répond et ne connaît pas ce boîtier : un autre a été fait depuis pour la"
        " voiture, ou le parc a été restauré d'une copie. Appelez l'exploitant.",
    )
    TRIP_OPEN = (
        "The test was not made: a trip is open in this car. End it with its badge, then test"
        " again.",
        "L'essai n'a pas été fait : un trajet est en cours dans cette voiture. Terminez-le avec"
        " son badge, puis refaites l'essai.",
    )
    MOVES = (
        "The test was broken off: the car moves. Leave it where it stands, and test again.",
        "L'essai a été interrompu : la voiture bouge. Laissez-la où elle est, et refaites l'essai.",
    )
    CHECKS_FAILED = (
        "The box is made, and its bench test found something: %(checks)s. What to look at stands"
        " above.",
        "Le boîtier est fait, et son essai a trouvé quelque chose : %(checks)s. Ce qu'il faut"
        " regarder est dit plus haut.",
    )
    NO_BENCH = (
        "The box is made, and nothing more is heard of its bench test since %(silent_s)s s; waited"
        " for: %(check)s. Press RST. If the console stays silent, try another cable; the test"
        " itself goes on without this computer.",
        "Le boîtier est fait, et on n'entend plus rien de son essai depuis %(silent_s)s s ;"
        " attendu : %(check)s. Appuyez sur RST. Si la console reste muette, essayez un autre câble"
        " ; l'essai lui-même continue sans cet ordinateur.",
    )
    BENCH_LEFT = (
        "The box is made; its bench test was left before its end. What was not shown was not"
        " tested: look at the page of the box, or have it tested again.",
        "Le boîtier est fait ; son essai a été quitté avant la fin. Ce qui n'a pas été affiché"
        " n'est pas essayé : voyez la page du boîtier, ou faites refaire l'essai.",
    )
    BOOT_LOOP = (
        "The board is written and verified, but starts again and again%(why)s. Flash it once more;"
        " if this comes back, look at its supply, then take another board.",
        "La carte est écrite et vérifiée, mais redémarre sans cesse%(why)s. Flashez-la encore une"
        " fois ; si cela revient, regardez son alimentation, puis prenez une autre carte.",
    )
