"""Who and what is in the demonstration. Names, badges and plates are invented."""

import json

PASSWORD = "voiturier-demo"  # which no other way in would take: everybody knows it
PARK_E7 = (480_061_000, 1_996_000)  # the car park, where the simulated cars stand too

_DIRECTORATES = {
    "PREF": "Préfecture de la Sarthe",
    "DDT": "Direction départementale des territoires",
    "DDPP": "Direction départementale de la protection des populations",
    "DDETS": "Direction départementale de l’emploi, du travail et des solidarités",
}
_VEHICLES = {"GK-418-TR": "Renault Clio", "FX-752-BM": "Peugeot 208"}
# login, full name, directorate, role, badge
_AGENTS = (
    ("claire.fontaine", "Claire Fontaine", "PREF", "agent", "04a1b2c3d4e501"),
    ("mathieu.garnier", "Mathieu Garnier", "DDT", "agent", "04a1b2c3d4e502"),
    ("leila.benali", "Leïla Benali", "DDPP", "agent", "04a1b2c3d4e503"),
    ("yann.legoff", "Yann Le Goff", "DDETS", "agent", "04a1b2c3d4e504"),
    ("sophie.marchand", "Sophie Marchand", "PREF", "manager", None),
)

ADMINISTRATOR = "sophie.marchand"
BADGES = {login: bytes.fromhex(badge) for login, _, _, _, badge in _AGENTS if badge}
STRANGER_BADGE = bytes.fromhex("04ffeeddccbb09")  # a card that nobody has enrolled
# plate -> login of who drives it now
DRIVEN_BY = {"GK-418-TR": "mathieu.garnier", "FX-752-BM": "leila.benali"}
DRIVERS = {plate: BADGES[login] for plate, login in DRIVEN_BY.items()}
# login, password, who: shown to sign in
ACCOUNTS = tuple(
    (login, PASSWORD, f"{name}, {'gestionnaire' if role == 'manager' else unit}")
    for login, name, unit, role, _ in sorted(_AGENTS, key=lambda agent: agent[3] != "manager")
)
PURPOSES = (
    "Visite de chantier",
    "Contrôle d’un établissement",
    "Réunion en sous-préfecture",
    "Inspection du travail",
    "Commission de sécurité",
    "Rendez-vous en mairie",
)


def as_json() -> str:
    """Return the fleet file."""
    return json.dumps(
        {
            "directorates": [{"code": c, "name": n} for c, n in _DIRECTORATES.items()],
            "sites": [{"code": "PREF", "name": "Parc de la préfecture, Le Mans"}],
            "vehicles": [{"plate": p, "label": n, "site": "PREF"} for p, n in _VEHICLES.items()],
            "equipment": [{"code": "SIEGE-1", "name": "Siège enfant", "site": "PREF"}],
            "agents": [
                {
                    "login": login,
                    "full_name": name,
                    "directorate": directorate,
                    "role": role,
                    "badges": [badge] if badge else [],
                }
                for login, name, directorate, role, badge in _AGENTS
            ],
        }
    )
