"""The French of the pictures: titles, labels, the connectors' wires. English is in the code."""

import re
from typing import Literal

Language = Literal["en", "fr"]

FRENCH = {
    # block
    "The box and what it meets": "Le boîtier et ce qu'il rencontre",
    "the box": "le boîtier",
    "the car": "la voiture",
    "the cabin": "l'habitacle",
    "12 V battery,\nfuse F1, 2 A": "batterie 12 V,\nF1 de 2 A",
    "supply,\nbattery divider": "alimentation,\ndiviseur",
    "start wire,\nterminal 50": "démarrage,\nborne 50",
    "start relay K1,\ncontact 2": "relais K1,\ncontact 2",
    "ignition,\ndoor contact": "contact,\nportières",
    "inputs,\nisolated": "entrées\nisolées",
    "central\nlocking": "verrouillage\ncentralisé",
    "door drivers": "sorties portes",
    "badge\nreader": "lecteur\nde badge",
    "lights,\nbuzzer": "voyants,\nbuzzer",
    "satellite\nreceiver": "récepteur\nsatellite",
    "key\nholder": "support\nde clés",
    "LTE\nantenna": "antenne\nLTE",
    # supply
    "The supply": "L'alimentation",
    "in the box": "dans le boîtier",
    "12 V permanent, terminal 30": "12 V permanent, borne 30",
    "F1: 2 A slow, within 20 cm of the tap": "F1 : 2 A temporisé, à moins de 20 cm",
    "ground, terminal 31": "masse, borne 31",
    "battery divider": "diviseur batterie",
    "K1, and X1.3": "K1, et X1.3",
    # start
    "The start relay": "Le relais de démarrage",
    "A start wire of 1 to 10 A": "Un fil de démarrage de 1 à 10 A",
    "from the ignition switch": "du contacteur à clé",
    "to the start relay": "vers le relais de démarrage",
    "K1, contact 1": "K1, contact 1",
    "K1, contact 2": "K1, contact 2",
    "S1: sealed override": "S1 : déblocage plombé",
    "S1, second pole": "S1, second pôle",
    "crank input": "entrée démarreur",
    "12 V behind Q1": "12 V après Q1",
    "coil E:\nenables": "bobine E\nautorise",
    "coil I:\ninhibits": "bobine I\ninterdit",
    "K2, contact": "K2, contact",
    "K2, coil: a car\nrelay with its\nown resistor": "K2, bobine :\nrelais auto avec\nrésistance",
    # inputs
    "The isolated inputs": "Les entrées isolées",
    "Each of the three lines:": "Chacune des trois lignes :",
    "ignition, terminal 15": "contact, borne 15",
    "crank, terminal 50": "démarreur, borne 50",
    "door contact": "contact de portière",
    "A door contact that switches to ground:": "Contact de portière vers la masse :",
    "A door contact that switches to plus:": "Contact de portière vers le plus :",
    "bridge in the plug": "pont dans la fiche",
    "door": "portière",
    # battery and keys
    "The battery's divider and the key holder": "Le diviseur de batterie et le support de clés",
    "Battery, behind the fuse:": "Batterie, après le fusible :",
    "Key holder, and the fuel card's slot where there is one:": (
        "Support de clés, et fente de la carte carburant :"
    ),
    "keys": "clés",
    "card": "carte",
    # doors
    "The outputs to the doors": "Les sorties vers les portières",
    "Each of the two outputs:": "Chacune des deux sorties :",
    "unlock": "ouvrir",
    "lock": "fermer",
    "A. The car's lines are pulled to ground: nothing else.": (
        "A. Lignes à mettre à la masse : rien d'autre."
    ),
    "unlock line of the central locking": "ligne d'ouverture de la centrale",
    "B, C, D. Other lines: a relay for each output, K3 and K4.": (
        "B, C, D. Autres lignes : un relais par sortie, K3 et K4."
    ),
    "K3; K4 likewise\nbetween X1.3 and X3.3": "K3 ; K4 de même,\nentre X1.3 et X3.3",
    "What the relays K3 and K4 switch": "Ce que commutent les relais K3 et K4",
    "F2: 12 V permanent, a fuse as that of the central locking": (
        "F2 : 12 V permanent, du calibre de celui de la centrale"
    ),
    "B. The car's lines want 12 V:": "B. Lignes qui veulent 12 V :",
    "C. The car's two wires reverse a motor: each is cut.": (
        "C. Deux fils qui inversent un moteur : chacun est coupé."
    ),
    "motor, wire 1": "moteur, fil 1",
    "motor, wire 2": "moteur, fil 2",
    "the car's wire, at rest": "le fil de la voiture, au repos",
    "F2, while it pulses": "F2, pendant l'impulsion",
    "D. No line at all: the button of a remote is pressed.": (
        "D. Aucune ligne : le bouton d'une télécommande."
    ),
    "its cell's\nplace": "place de\nla pile",
    "remote, without its transponder": "télécommande, sans transpondeur",
    "its button for unlocking": "son bouton d'ouverture",
    # panel and reader
    "Lights, buzzer and reader": "Voyants, buzzer et lecteur",
    "Each light:": "Chaque voyant :",
    "The buzzer, an active one:": "Le buzzer, actif :",
    "buzzer": "buzzer",
    "The reader's lines:": "Les lignes du lecteur :",
    # headers
    "The headers of the board": "Les barrettes de la carte",
    "numbers of the maker's schematic; IO is GPIO": "numéros du schéma du fabricant ; IO : GPIO",
    "5 V in": "entrée 5 V",
    "3.3 V out": "sortie 3.3 V",
    "ground": "masse",
    "kept for CAN": "réservé au CAN",
    "coil E: enables": "bobine E : autorise",
    "coil I: inhibits": "bobine I : interdit",
    "contact 2 of K1": "contact 2 de K1",
    # connectors
    "The connectors to the car": "Les connecteurs vers la voiture",
    "The connectors to the cabin": "Les connecteurs vers l'habitacle",
    "supply": "alimentation",
    "start wire": "fil de démarrage",
    "ignition, doors, keys": "contact, portières, clés",
    "badge reader": "lecteur de badge",
    "lights and buzzer": "voyants et buzzer",
    "satellite receiver": "récepteur satellite",
    "empty": "vide",
    "12 V, terminal 30, behind the fuse": "12 V, borne 30, après le fusible",
    "start wire, ignition switch's side": "fil de démarrage, côté contacteur",
    "start wire, starter's side": "fil de démarrage, côté démarreur",
    "unlock, pulls to ground": "ouvrir, met à la masse",
    "lock, pulls to ground": "fermer, met à la masse",
    "door contact, plus side": "contact de portière, côté plus",
    "door contact, ground side": "contact de portière, côté masse",
    "12 V for the door contact": "12 V pour le contact de portière",
    "3.3 V to the key holder": "3.3 V vers le support de clés",
    "key holder, back": "support de clés, retour",
    "5 V to the reader": "5 V vers le lecteur",
    "SDA, or D0 (Wiegand)": "SDA, ou D0 (Wiegand)",
    "SCL, or D1 (Wiegand)": "SCL, ou D1 (Wiegand)",
    "IRQ (PN532 only)": "IRQ (PN532 seulement)",
    "green light": "voyant vert",
    "red light": "voyant rouge",
    "buzzer, 5 V": "buzzer, 5 V",
    "buzzer, pulled to ground": "buzzer, mis à la masse",
    "ground of the lights": "masse des voyants",
    "5 V to the receiver": "5 V vers le récepteur",
    "to the receiver's RXD": "vers RXD du récepteur",
    "from the receiver's TXD": "de TXD du récepteur",
    "12 V behind Q1, to K3 and K4": "12 V après Q1, vers K3 et K4",
    # bypass
    "The bypass": "La dérivation",
    "Fitted:": "Montée :",
    "Bypassed: the car starts by its own switch, without the box.": (
        "Dérivée : la voiture démarre seule, sans le boîtier."
    ),
    "ignition switch": "contacteur à clé",
    "start relay": "relais de démarrage",
    "X2, car": "X2, voiture",
    "X2, box": "X2, boîtier",
    "K1,\ncontact 1": "K1,\ncontact 1",
    "bridge plug, on its cord": "fiche pontée, attachée",
    # places
    "Where things go in the car": "Où les choses se placent dans la voiture",
    "front": "avant",
    "wind-\nscreen": "pare-\nbrise",
    "rear seat": "banquette",
    "satellite receiver: on the\ndashboard, under clear glass": (
        "récepteur satellite : sur la\nplanche, sous un verre clair"
    ),
    "LTE antenna: on plastic, 20 cm\nfrom people and receiver": (
        "antenne LTE : sur plastique, à\n20 cm des gens et du récepteur"
    ),
    "reader and lights: behind\nthe windscreen, driver's side": (
        "lecteur, voyants : derrière le\npare-brise, côté conducteur"
    ),
    "box: low, under a seat,\nout of the sun": "boîtier : bas, sous un siège,\nà l'ombre",
}


def said(text: str, language: Language) -> str:
    """Return a label in a language."""
    return text if language == "en" else punctuated(FRENCH[text], "fr")


def punctuated(text: str, language: Language) -> str:
    """Return what is no words, as `3.3 kΩ` or `D2: SS34`, with a language's comma and colon."""
    if language == "en":
        return text
    return re.sub(r"\b(\d+)\.(\d)", r"\1,\2", re.sub(r"(?<! ): ", " : ", text))
