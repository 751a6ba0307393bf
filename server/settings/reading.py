"""Reads the file of settings into a Config, or says all that is wrong with it, each with its line.

Nothing that stands in the file is repeated but names of sections and words: it may be a secret.
Never here: bounds (model.py), what a person reads (server/commands/words.py).
"""

import os
import re
import stat
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from server.config import (
    About,
    Address,
    Alerts,
    Backups,
    Config,
    MailSettings,
    NewBoxes,
    Retention,
    WebLimits,
)
from server.fleet.bookings import Limits
from server.fleet.model.fitting import FOR_MODEM
from server.settings import statements
from server.settings.model import FOR_MODEM_EXPECTED, Expected, Section, SettingsFile, Whole

DATA = Path("/var/lib/voiturier")  # where the data is when nothing says otherwise
SECRETS = ("mail", "new_boxes")
"""The sections that may name a file with a password in it."""
_MOST_BYTES = 64 * 1024  # the sample with all its comments has a quarter of it
_MOST_TOLD = 50
_CREDENTIALS = "CREDENTIALS_DIRECTORY"  # of systemd: LoadCredential=
_EVERYWHERE = {"0.0.0.0", "::"}
_AT_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, an English text that `values` fill in, and where: a line, a section.word."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    key: str = ""
    line: int | None = None


class SettingsError(Exception):
    """The file cannot be used; `mistakes` are all there are, by line."""

    def __init__(self, path: Path, mistakes: list[Mistake]) -> None:
        super().__init__(f"{path}: {len(mistakes)}")
        self.path = path
        self.mistakes = sorted(mistakes, key=lambda each: (each.line or 0, each.key))[:_MOST_TOLD]


def read(
    path: Path,
    environment: Mapping[str, str] | None = None,
    secrets: Collection[str] = SECRETS,
) -> Config:
    """Return the settings of a file; what it does not say is as in server/config.py.

    Args:
        path: of the file, TOML 1.0 in UTF-8.
        environment: in which systemd says where it has put credentials; None: of this process.
        secrets: the sections whose file with a password is read; who does not need it may not.

    Raises:
        SettingsError: it cannot be read, or something in it is wrong.
    """
    environment = os.environ if environment is None else environment
    try:
        mode, data = _bytes_of(path)
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        reason = {"reason": error.strerror or str(error)}
        raise SettingsError(path, [Mistake("It cannot be read: %(reason)s.", reason)]) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        wrong = Mistake("This is no UTF-8 text: save the file as UTF-8.", line=line)
        raise SettingsError(path, [wrong]) from None
    except _Refused as refused:
        raise SettingsError(path, [refused.mistake]) from None
    tree, found, mistakes = _tree(text)
    file, of_values = _judged(tree, found.line_of)
    at_fault = {mistake.key for mistake in mistakes}
    mistakes += [mistake for mistake in of_values if mistake.key not in at_fault]
    reading = _Reading(path, mode, file, found.line_of, environment, secrets)
    mistakes += [mistake for mistake in reading.against() if mistake.key not in at_fault]
    config = None if mistakes else reading.config(mistakes)
    if config is None or mistakes:
        raise SettingsError(path, mistakes)
    return config


class _Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    def __init__(self, text: str, **values: object) -> None:
        self.mistake = Mistake(text, values)


def _bytes_of(path: Path) -> tuple[int, bytes]:
    """Return a file's mode and what is in it; a pipe, which might never end, is not opened."""
    about = path.stat()
    if stat.S_ISDIR(about.st_mode):
        raise _Refused("It is a folder: name the file in it.")
    if not stat.S_ISREG(about.st_mode):
        raise _Refused("It is no ordinary file.")
    if about.st_size > _MOST_BYTES:
        raise _Refused("It is too large: %(kib)s KiB at most.", kib=_MOST_BYTES // 1024)
    return about.st_mode, path.read_bytes()


def _tree(text: str) -> tuple[Mapping[str, Any], statements.Statements, list[Mistake]]:
    """Return what a text says, as far as it can be read, and what of it is no TOML."""
    found = statements.statements(text)
    try:
        return tomllib.loads(text), found, []
    except (ValueError, RecursionError) as error:
        mistakes = [
            Mistake(
                'This cannot be read. A line is [section], or word = "text", = 12, = true,'
                ' = ["one", "another"].',
                {},
                dotted(path),
                line,
            )
            for line, path in found.unreadable
        ]
        mistakes += [
            Mistake("This stands on line %(first)s already.", {"first": first}, dotted(path), line)
            for line, path, first in found.twice
        ]
        if not mistakes:  # a word that is a section elsewhere, and the like
            at = _AT_LINE.search(str(error))
            line = int(at[1]) if at else None
            mistakes = [Mistake("This does not fit with what stands above.", line=line)]
        return found.tree, found, mistakes


def dotted(path: tuple[str | int, ...]) -> str:
    """Return a place as people write it, fit for a terminal whatever stands in the file."""
    name = ".".join(str(step) for step in path if isinstance(step, str))
    return name if name.isprintable() else ascii(name)


def _judged(
    tree: Mapping[str, Any], line_of: Mapping[tuple[str, ...], int]
) -> tuple[SettingsFile, list[Mistake]]:
    """Return what can stand, and what is wrong with the rest."""
    mistakes: dict[str, Mistake] = {}
    for _ in range(3):  # what is needed may be missing once a wrong value of it is left out
        try:
            return SettingsFile.model_validate(tree), list(mistakes.values())
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False, include_context=False)
        for fault in faults:
            words = tuple(step for step in fault["loc"] if isinstance(step, str))[:2]
            line = next((line_of[words[:n]] for n in (2, 1) if words[:n] in line_of), None)
            right = _wrong(words, fault["loc"], fault["type"])
            mistake = Mistake(right.text, right.values, dotted(words), line)
            mistakes.setdefault(dotted(words), mistake)
            tree = _without(tree, words, whole=fault["type"] == "missing")
    return SettingsFile(), list(mistakes.values())


def _wrong(words: tuple[str, ...], place: tuple[int | str, ...], fault: str) -> Expected:
    """Return what is told of a word."""
    section = _section(words[0])
    fields = (
        (section or SettingsFile).model_fields if len(words) == 2 else SettingsFile.model_fields
    )
    if fault == "extra_forbidden":
        known = {"known": ", ".join(fields)}
        if len(words) == 1:
            return Expected("There is no such section. Known: %(known)s.", known)
        return Expected("This word is not known here. Known: %(known)s.", known)
    if fault == "missing":
        return Expected("This is needed beside the others of its section.")
    if len(words) == 1:
        text = "A section was expected: [%(name)s] on a line, its words below."
        return Expected(text, {"name": words[0]})
    about = fields[words[1]]
    parts = list(about.metadata)
    if len(place) > 2:  # one of a list
        parts = [part for each in get_args(about.annotation) for part in get_args(each)]
    for part in parts:
        expected = part.expected if isinstance(part, Whole) else part
        if isinstance(expected, Expected):
            return expected
    return Expected("Something else was expected here.")


def _section(name: str) -> type[Section] | None:
    about = SettingsFile.model_fields.get(name)
    found = about.annotation if about else None
    return found if isinstance(found, type) and issubclass(found, Section) else None


def _without(tree: Mapping[str, Any], words: tuple[str, ...], whole: bool) -> Mapping[str, Any]:
    """Return a tree without a word, or the whole section of it."""
    kept = dict(tree)
    inner = kept.pop(words[0], None)
    if len(words) == 2 and not whole and isinstance(inner, dict):
        kept[words[0]] = {word: value for word, value in inner.items() if word != words[1]}
    return kept


@dataclass(frozen=True, slots=True)
class _Reading:
    """One file that is read: what it says, and where."""

    path: Path
    mode: int
    file: SettingsFile
    line_of: Mapping[tuple[str, ...], int]
    environment: Mapping[str, str]
    secrets: Collection[str]  # the sections of which they are read

    def against(self) -> Iterator[Mistake]:
        """Return what words say against each other."""
        yield from self._addresses()
        file, mail = self.file, self.file.mail
        if file.alerts and file.alerts.mail_to and ("mail",) not in self.line_of:
            yield self._mistake("alerts", "mail_to", "[mail] is needed: who takes the letters?")
        yield from self._login("mail", mail, "user", "password")
        yield from self._login("new_boxes", file.new_boxes, "apn_user", "apn_password")
        has_password = any(("mail", word) in self.line_of for word in ("password", "password_file"))
        if mail is not None and has_password and mail.security == "none":
            text = '"none" would send the password in clear.'
            yield self._mistake("mail", "security", text)

    def _login(
        self, section: str, said: Section | None, user: str, password: str
    ) -> Iterator[Mistake]:
        """Return what is wrong with a login: one of two words is missing, others may read it."""
        if said is None:
            return
        file = f"{password}_file"
        names = {"user": user, "password": password, "file": file}
        if getattr(said, password) and getattr(said, file):
            text = "%(password)s or %(file)s, not both."
            yield self._mistake(section, password, text, **names)
        if getattr(said, password) and self.mode & stat.S_IROTH:
            text = "Everybody on this machine may read the file (chmod o-r), or use %(file)s."
            yield self._mistake(section, password, text, **names)
        # Also a word whose value is wrong stands there, which is told already.
        words = [word for word in (user, file, password) if (section, word) in self.line_of]
        if words and (user in words) != bool(set(words) - {user}):
            text = "%(user)s and %(file)s go together."
            yield self._mistake(section, words[0], text, **names)

    def config(self, mistakes: list[Mistake]) -> Config:
        """Return the settings; what is found to be wrong meanwhile is added to `mistakes`."""
        file, given = self.file, _said(self.file.server)
        values = {word: given[word] for word in given if word != "data"}
        booked = _said(file.bookings)
        limits = {
            name: booked[word] * per
            for name, word, per in (
                ("shortest_s", "shortest_min", 60),
                ("coming", "most", 1),
                ("coming_of_car", "most_of_one_car", 1),
            )
            if word in booked
        }
        flags = {w: booked[w] for w in ("simple_walk_up", "notice_before_use") if w in booked}
        if file.sign_in and file.sign_in.second_step_for is not None:
            values["second_factor_for"] = file.sign_in.second_step_for
        return Config(
            given.get("data", DATA),
            **values,
            **flags,
            booking_limits=replace(Limits(), **limits),
            mail=self._mail(mistakes),
            new_boxes=self._new_boxes(mistakes),
            about=About(**_said(file.about)),
            retention=Retention(**_said(file.retention)),
            backups=Backups(**_said(file.backups)),
            alerts=Alerts(**_said(file.alerts)),
            web_limits=WebLimits(**_said(file.web_limits)),
        )

    def _addresses(self) -> Iterator[Mistake]:
        """Tell of two that would listen at one place."""
        given = _said(self.file.server)
        whole = Config(DATA)
        places = {
            word: given.get(word, getattr(whole, word)) for word in ("http", "boxes", "metrics")
        }
        words = [
            word
            for word, address in places.items()
            if address is not None and (word in given or ("server", word) not in self.line_of)
        ]
        for i, word in enumerate(words):
            for other in words[:i]:
                if _meet(places[word], places[other]):
                    at_fault, with_it = (word, other) if word in given else (other, word)
                    yield self._mistake(
                        "server", at_fault, "It is the place of %(other)s too.", other=with_it
                    )

    def _mail(self, mistakes: list[Mistake]) -> MailSettings | None:
        mail = self.file.mail
        if mail is None:
            return None
        said = _said(mail)
        self._read_secret("mail", "password", said, mistakes)
        return MailSettings(**said)

    def _new_boxes(self, mistakes: list[Mistake]) -> NewBoxes:
        said = _said(self.file.new_boxes)
        self._read_secret("new_boxes", "apn_password", said, mistakes)
        secret = said.get("apn_password")
        if secret is not None and not FOR_MODEM.fullmatch(secret):
            text = FOR_MODEM_EXPECTED.text
            mistakes.append(self._mistake("new_boxes", "apn_password_file", text))
        return NewBoxes(**said)

    def _read_secret(
        self, section: str, password: str, said: dict[str, Any], mistakes: list[Mistake]
    ) -> None:
        """Put what the file of a password holds in the place of that file's name."""
        word = f"{password}_file"
        file = said.pop(word, None)
        if file is None or section not in self.secrets:
            return
        try:
            said[password] = self._secret(Path(file))
        except OSError as error:
            reason = {"reason": error.strerror or str(error)}
            text = "That file cannot be read: %(reason)s."
            mistakes.append(self._mistake(section, word, text, **reason))
        except UnicodeDecodeError:
            text = "That file holds no UTF-8 text."
            mistakes.append(self._mistake(section, word, text))
        except _Refused as refused:
            found = refused.mistake
            text = found.text
            mistakes.append(self._mistake(section, word, text, **found.values))

    def _secret(self, name: Path) -> str:
        """Return what a file holds: one of systemd's credentials, or one beside the settings."""
        credential = Path(self.environment.get(_CREDENTIALS, "")) / name
        is_one = _CREDENTIALS in self.environment and credential.exists()
        path = credential if is_one else self.path.parent / name
        mode, data = _bytes_of(path)
        if mode & stat.S_IROTH:
            raise _Refused("Everybody on this machine may read that file: chmod o-r.")
        secret = data.decode("utf-8").strip()
        if not secret:
            raise _Refused("That file holds no password.")
        return secret

    def _mistake(self, section: str, word: str, text: str, **values: object) -> Mistake:
        line = self.line_of.get((section, word), self.line_of.get((section,)))
        return Mistake(text, values, f"{section}.{word}", line)


def _said(section: Section | None) -> dict[str, Any]:
    """Return what stands in a section, and nothing that was left out."""
    if section is None:
        return {}
    return {word: getattr(section, word) for word in section.model_fields_set}


def _meet(one: Address, other: Address) -> bool:
    """Say whether both would listen at one place; port 0 is any free one."""
    hosts, others = _hosts(one), _hosts(other)
    at_one = bool(hosts & others or (hosts | others) & _EVERYWHERE)
    return one.port == other.port != 0 and at_one


def _hosts(address: Address) -> set[str]:
    """Return the addresses of a host, each in its one spelling; a name stands for itself."""
    host = address.host.lower()
    if host == "localhost":
        return {"127.0.0.1", "::1"}
    try:
        return {str(ip_address(host))}
    except ValueError:
        return {host}
