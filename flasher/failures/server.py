"""Every way in which a server gives no identity for a board. Names only."""

from flasher.failures import Bilingual


class ServerFailure(Bilingual):
    """What went wrong on the way to the server, or what it refused."""

    BAD_URL = (
        "%(url)s is no address of a server: https:// and its name, as in the browser. Plain http"
        " is for this computer itself only.",
        "%(url)s n'est pas l'adresse d'un serveur : https:// et son nom, comme dans le navigateur."
        " http sans chiffrement ne sert qu'à cet ordinateur lui-même.",
    )
    NO_CA = (
        "The file of the authority %(file)s cannot be used: %(why)s.",
        "Le fichier de l'autorité %(file)s n'est pas utilisable : %(why)s.",
    )
    UNKNOWN_HOST = (
        "The name %(host)s is not known here: is it spelled right, and is this computer on a"
        " network that reaches the server?",
        "Le nom %(host)s est inconnu ici : est-il bien écrit, et cet ordinateur est-il sur un"
        " réseau qui mène au serveur ?",
    )
    NO_SERVER = (
        "%(host)s does not answer (%(why)s). Is this computer on the network? Run the same command"
        " again: it goes on where it stopped.",
        "%(host)s ne répond pas (%(why)s). Cet ordinateur est-il sur le réseau ? Relancez la même"
        " commande : elle reprend où elle s'est arrêtée.",
    )
    CERT_UNTRUSTED = (
        "Nobody whom this computer trusts vouches for %(host)s (%(why)s). If your administration"
        " has an authority of its own, name its file by --ca. Nothing was sent on this connection.",
        "Personne en qui cet ordinateur a confiance ne garantit %(host)s (%(why)s). Si votre"
        " administration a sa propre autorité, indiquez son fichier par --ca. Rien n'a été envoyé"
        " sur cette connexion.",
    )
    CERT_EXPIRED = (
        "The certificate of %(host)s has expired, or the clock of this computer is wrong: it shows"
        " %(now)s. Set the clock, else call the operator. Nothing was sent on this connection.",
        "Le certificat de %(host)s est périmé, ou l'horloge de cet ordinateur est fausse : elle"
        " indique %(now)s. Réglez l'horloge, sinon appelez l'exploitant. Rien n'a été envoyé sur"
        " cette connexion.",
    )
    CERT_NOT_YET = (
        "The certificate of %(host)s is not valid yet: the clock of this computer shows %(now)s,"
        " and is wrong most likely. Set it. Nothing was sent on this connection.",
        "Le certificat de %(host)s n'est pas encore valable : l'horloge de cet ordinateur indique"
        " %(now)s, et c'est sans doute elle qui est fausse. Réglez-la. Rien n'a été envoyé sur"
        " cette connexion.",
    )
    CERT_OTHER_NAME = (
        "The certificate of the server is not for the name %(host)s. Use the name that the browser"
        " shows, not a number. Nothing was sent on this connection.",
        "Le certificat du serveur n'est pas au nom de %(host)s. Employez le nom que montre le"
        " navigateur, pas un numéro. Rien n'a été envoyé sur cette connexion.",
    )
    NOT_TLS = (
        "%(host)s does not speak TLS as it should (%(why)s): is the port right? Nothing was sent"
        " on this connection.",
        "%(host)s ne parle pas TLS comme il faut (%(why)s) : le port est-il le bon ? Rien n'a été"
        " envoyé sur cette connexion.",
    )
    CLOCK_OFF = (
        "The clock of this computer shows %(now)s, the server's %(servers)s (UTC). Set it: what is"
        " written down today would bear a wrong time.",
        "L'horloge de cet ordinateur indique %(now)s, celle du serveur %(servers)s (UTC)."
        " Réglez-la : ce qui est noté aujourd'hui porterait une heure fausse.",
    )
    NOT_VOITURIER = (
        "%(host)s answers, but not as Voiturier does (status %(status)s). Is the address the one"
        " of the site, and its version recent enough?",
        "%(host)s répond, mais pas comme Voiturier (état %(status)s). L'adresse est-elle celle du"
        " site, et sa version assez récente ?",
    )
    SERVER_TROUBLE = (
        "The server has a trouble of its own (status %(status)s). Wait a minute and run the same"
        " command again; if it lasts, call the operator.",
        "Le serveur a lui-même un problème (état %(status)s). Attendez une minute et relancez la"
        " même commande ; si cela dure, appelez l'exploitant.",
    )
    WRONG_LOGIN = (
        "The server does not know this login with this password.",
        "Le serveur ne connaît pas cet identifiant avec ce mot de passe.",
    )
    WRONG_CODE = (
        "The code is not right. Take the one that the app shows now, and see that the telephone's"
        " time is right.",
        "Le code n'est pas bon. Prenez celui que montre l'application maintenant, et vérifiez"
        " l'heure du téléphone.",
    )
    NO_SECOND_FACTOR = (
        "Your account needs a second step, and has none yet: sign in with the browser once and set"
        " it up.",
        "Votre compte demande une deuxième étape, et n'en a pas encore : connectez-vous une fois"
        " avec le navigateur et installez-la.",
    )
    TOO_MANY_TRIES = (
        "Too many tries: wait %(wait_s)s s before the next one.",
        "Trop d'essais : attendez %(wait_s)s s avant le suivant.",
    )
    NOT_ALLOWED = (
        "You may not make a box for %(plate)s: your role does not cover that car, or has ended."
        " The administrator gives it.",
        "Vous n'avez pas le droit de faire un boîtier pour %(plate)s : votre rôle ne couvre pas"
        " cette voiture, ou il a pris fin. L'administrateur le donne.",
    )
    NO_SUCH_CAR = (
        "The server knows no car %(plate)s. Look at the plate, or have the car added.",
        "Le serveur ne connaît pas de voiture %(plate)s. Relisez la plaque, ou faites ajouter la"
        " voiture.",
    )
    CAR_HAS_BOX = (
        "%(plate)s has a box already: %(about)s. Is somebody else at this car? To retire that box"
        " and make another, say --replace.",
        "%(plate)s a déjà un boîtier : %(about)s. Quelqu'un d'autre s'occupe-t-il de cette voiture"
        " ? Pour retirer ce boîtier et en faire un autre, dites --replace.",
    )
    NO_BOX_ADDRESS = (
        "The operator has not set yet where boxes find the server (new_boxes in voiturier.toml).",
        "L'exploitant n'a pas encore réglé où les boîtiers trouvent le serveur (new_boxes dans"
        " voiturier.toml).",
    )
    OTHER_BOX = (
        "For the server this board is not the box %(box)s any more: somebody has made another for"
        " this car meanwhile. Look at the page of its boxes.",
        "Pour le serveur, cette carte n'est plus le boîtier %(box)s : quelqu'un en a fait un autre"
        " pour cette voiture entre-temps. Voyez la page des boîtiers.",
    )
    SIGNED_OUT = (
        "The server has ended your session. Run the same command again: it goes on where it"
        " stopped.",
        "Le serveur a mis fin à votre session. Relancez la même commande : elle reprend où elle"
        " s'est arrêtée.",
    )
    SERVER_REFUSED = (
        "The server refuses (%(error)s, status %(status)s). Look at what was asked for; if it"
        " lasts, call the operator.",
        "Le serveur refuse (%(error)s, état %(status)s). Relisez ce qui a été demandé ; si cela"
        " dure, appelez l'exploitant.",
    )
