"""What a modem attaches with, and what a network lets in. Data only: never attaches anything.

A modem brings the access point, login and kind of address of its context 1 (27.007, 10.1.1) to the
attach itself; a network that wants others refuses it there, long before any NETOPEN.
"""

from dataclasses import dataclass

KINDS = ("IP", "IPV6", "IPV4V6")


@dataclass(frozen=True)
class Context:
    """One context as AT+CGDCONT and AT+CGAUTH define it; the modem keeps it without power."""

    kind: str = "IP"
    apn: str = ""
    login: tuple[str, str] | None = None  # user, password


@dataclass(frozen=True)
class Access:
    """What the network wants.

    Attributes:
        apn: the only access point it lets in; None: any, and none.
        login: (user, password) that it wants; None: it looks at none.
        kinds: of address that it gives.
        registration: <stat> of who is let in: 1 at home, 5 roaming.
        refusal: <stat> of who is not: 3 denied; others were seen to stay at 0, 2, 6 or 11
            (LilyGo-Modem-Series#388, T-SIM7600X#78).
    """

    apn: str | None = None
    login: tuple[str, str] | None = None
    kinds: tuple[str, ...] = KINDS
    registration: int = 1
    refusal: int = 3

    def lets_in(self, context: Context) -> bool:
        """Whether a modem with this context 1 may attach. Either kind will do for IPV4V6."""
        return (
            self.apn in (None, context.apn)
            and self.login in (None, context.login)
            and (context.kind in self.kinds or context.kind == "IPV4V6")
        )


ANYBODY = Access()
IPV6_ONLY = Access(kinds=("IPV6",))
