"""Names of people as they are shown: what is refused, and what a reader is warned of.

A name proves nothing: beside it stands the person's key and the role that the office granted. A name that
mixes scripts, carries signs, reads like a role, or looks like somebody else's is flagged where it is shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from flightrules.service.door.refusals import InvalidError
from flightrules.service.people.powers import BUILT_IN_ROLES

__all__ = ["checked_email", "checked_name", "flags_of", "looks_of"]

_NAME_LIMIT, _EMAIL_LIMIT = 120, 254
_UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SIGNS = frozenset({"So", "Sm", "Sc", "Sk"})
_LOOK_ALIKE = str.maketrans(
    "авекмнорстухіјѕԁɡһӏαβεικνορτυχ0135",
    "abekmhopctyxijsdghlabeiknoptuxol3s",
)
"""Letters of other scripts, and digits, that read as Latin letters: the ones that names are forged with."""


def checked_name(name: str) -> str:
    """The name in one Unicode form, without what cannot be seen.

    Raises:
        InvalidError: E_PERSON_NAME.
    """
    found = " ".join(unicodedata.normalize("NFC", name).split())
    bad = [character for character in found if unicodedata.category(character) in _UNFIT]
    if bad:
        raise InvalidError("E_PERSON_NAME", "a name holds no characters that cannot be seen")
    if not 0 < len(found) <= _NAME_LIMIT:
        raise InvalidError("E_PERSON_NAME", f"a name has 1 to {_NAME_LIMIT} characters")
    return found


def checked_email(email: str) -> str:
    """The address in lower case; whether it exists is for the mail to find out.

    Raises:
        InvalidError: E_EMAIL.
    """
    found = email.strip().lower()
    local, _, host = found.rpartition("@")
    plain = found.isascii() and found.isprintable() and not any(map(str.isspace, found))
    if not (local and host and plain and len(found) <= _EMAIL_LIMIT and "@" not in local):
        raise InvalidError("E_EMAIL", "this is no e-mail address")
    return found


def looks_of(name: str) -> str:
    """What the name looks like at a glance; two names of one look can be taken for each other."""
    bare = unicodedata.normalize("NFKD", name).casefold().translate(_LOOK_ALIKE)
    return "".join(character for character in bare if character.isalnum())


def flags_of(name: str, others: Iterable[str] = ()) -> tuple[str, ...]:
    """What a reader is warned of: ``mixed-script``, ``signs``, ``reads-like-a-role``, ``looks-like-another``.

    Args:
        name: as it is shown.
        others: names of the other people of the office.
    """
    look = looks_of(name)
    found = {
        "mixed-script": len(_scripts(name)) > 1,
        "signs": any(unicodedata.category(character) in _SIGNS for character in name),
        "reads-like-a-role": any(looks_of(role) in look for role in BUILT_IN_ROLES),
        "looks-like-another": any(looks_of(other) == look for other in others),
    }
    return tuple(flag for flag, raised in found.items() if raised)


def _scripts(name: str) -> set[str]:
    """The scripts of the letters, by the first word of each letter's Unicode name."""
    return {unicodedata.name(character, "UNKNOWN").split()[0] for character in name if character.isalpha()}
