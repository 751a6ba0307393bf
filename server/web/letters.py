"""Writes the letters that are mailed: in French and in English, for who reads which is not known.

Never here: to whom and when (actions/signing_in/, server/alerts/), sending (server/mail/).
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from yarl import URL

from server.fleet.accounts.mail import Letter, LinkKind
from server.fleet.alerts import News
from server.fleet.model.people import Agent
from server.web.i18n import LANGUAGES, N_, Words
from server.web.operation import alert_words

LINK = "/connexion/lien"
_TEMPLATES = Path(__file__).parent / "templates" / "letters"
_BETWEEN = "\n\n* * *\n\n"
_SUBJECTS: Mapping[LinkKind, str] = {
    "invitation": N_("Voiturier: choose your password"),
    "reset": N_("Voiturier: another password"),
}

ALERTS = "/alertes"
_PREFIXES = (N_("Voiturier: %(what)s"), N_("Voiturier, over: %(what)s"))
_MOST_NAMED = 50  # of a list in a letter; the page has them all


class Letters:
    """The `Post` of the actions.

    Args:
        site: where people reach the pages, without a slash at its end.
        words: language -> its speaker.
        wake: lets the outbox be looked at.
    """

    def __init__(self, site: str, words: Mapping[str, Words], wake: Callable[[], None]) -> None:
        self._site = site
        self._words = [words[language] for language in LANGUAGES]
        self._environments = [_environment(speaker) for speaker in self._words]
        self.wake = wake

    def letter(self, kind: LinkKind, agent: Agent, token: str, until_s: int) -> Letter:
        """Write to somebody of a link that is good until then."""
        link = str(URL(f"{self._site}{LINK}").with_query(key=token))
        said = {"kind": kind, "agent": agent, "link": link, "until_s": until_s, "site": self._site}
        return self._letter([words.say(_SUBJECTS[kind]) for words in self._words], "link", said)

    def alert(self, news: News, plates: Mapping[int, str]) -> Letter:
        """Write of alerts of one kind; `plates` are those of the cars they are about."""
        said = {
            "news": news,
            "plates": plates,
            "most": _MOST_NAMED,
            "page": f"{self._site}{ALERTS}",
        }
        said |= {"titles": alert_words.TITLES, "advice": alert_words.ADVICE}
        prefix = _PREFIXES[not (news.begun or news.still)]
        subjects = [
            words.say(prefix, what=words.say(alert_words.TITLES[news.kind]))
            for words in self._words
        ]
        return self._letter(subjects, "alert", said)

    def _letter(self, subjects: Iterable[str], name: str, said: Mapping[str, object]) -> Letter:
        text, html = (
            [each.get_template(f"{name}.{form}").render(said) for each in self._environments]
            for form in ("txt", "html")
        )
        frame = self._environments[0].get_template("frame.html")
        return Letter(
            " / ".join(dict.fromkeys(subjects)),
            _BETWEEN.join(part.strip() for part in text) + "\n",
            frame.render(parts=html),
        )


def _environment(words: Words) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    # What the i18n extension adds at run time is unknown to the type checker.
    environment.install_gettext_translations(words.catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(moment=words.moment, say=words.say)
    environment.globals.update(language=words.language)
    return environment
