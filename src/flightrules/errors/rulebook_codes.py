"""Faults of the rulebook, of waivers and acceptances; lint findings begin with L."""

from __future__ import annotations

from flightrules.errors.code import Code
from flightrules.errors.lint_codes import LINT_CODES

__all__ = ["RULEBOOK_CODES"]

# fmt: off
RULEBOOK_CODES: tuple[Code, ...] = (
    Code("E_TAG_FORBIDDEN", "a YAML tag stands in the file", "Tags make readers construct things; here every value has a declared type.", "Remove the tag."),
    Code("E_MERGE_FORBIDDEN", "a YAML merge key stands in the file", "Readers disagree on what a merge overrides.", "Write the values out, or extend a profile."),
    Code("E_ALIAS_LIMIT", "the file has too many aliases", "Aliases of aliases grow until the machine stops.", "Write the values out."),
    Code("E_MULTI_DOC", "the file holds a second document", "Readers disagree on which of them counts.", "Keep one document a file."),
    Code("E_MIXED_SCRIPT", "a name mixes letters of several scripts", "Letters that look alike make two names look like one.", "Type the name again on one keyboard layout."),
    Code("E_NAME", "a name has characters that names may not have", "Names are typed on command lines and stand in records.", "Use letters, digits, '-', '_' and '.'."),
    Code("E_DURATION", "a length of time is not written as one", "Guessing the unit could change a limit sixtyfold.", "Write 24h, 15m or 2 days."),
    Code("E_TIME_ZONE", "a moment has no zone", "Without a zone the moment differs by up to a day.", "Add Z for UTC, or an offset such as +01:00."),
    Code("E_DIGEST_FORM", "a digest is not a SHA-256", "A shortened digest binds nothing.", "Write the 64 digits that sha256sum prints."),
    Code("E_REGEX_UNSAFE", "a regular expression is asked for", "Some expressions take hours on a short text.", "Write a glob."),
    Code("E_SECRET_INLINE", "a secret stands in the file", "The file is committed, printed and signed.", "Take it out, renew it, and hand it over as an environment variable."),
    Code("E_PROFILE", "no shipped profile has this name", "A rulebook may extend shipped profiles only, so that it means the same everywhere.", "Use web-feature, api-service, go-live or emergency."),
    Code("E_SENTENCE", "the sentence does not follow the grammar", "A criterion that is not understood cannot be measured.", "Write [metric] [operator] [threshold] [for scope] [under load] [measured by method] [in environment] [as of build]."),
    Code("E_CONDITION", "the sentence is no condition of deployment", "A condition that no machine can check would count as unmet for ever.", "Write it in one of the forms that the message names."),
    Code("E_OPERATOR", "the operator is not one of the language", "A wrong operator could turn a threshold around.", "Use >=, <=, =, !=, > or <."),
    Code("E_METRIC", "the metric is not in the catalogue", "Only metrics with a stated formula can be measured.", "Use a metric of the catalogue in the reference."),
    Code("E_VAGUE_CRITERION", "the criterion is an aspiration", "Without a metric and a threshold people disagree about whether it holds.", "Rewrite it as the message suggests."),
    Code("E_EMPTY_GATE", "a gate holds nothing", "An empty gate would let everything through.", "Name its criteria or its signers, or remove it."),
    Code("E_QUORUM_UNSATISFIABLE", "more signatures are asked for than people may give", "Nobody could ever open the gate.", "Lower the quorum or name more roles."),
    Code("E_QUORUM", "a quorum is too small for the act", "One person alone cannot turn a no-go around.", "Ask for two signatures."),
    Code("E_FLOOR", "something that always holds is switched off", "Some rules protect those who sign from each other; a rulebook adds to them and takes none away.", "Leave the key out. A small team names fewer signers."),
    Code("E_ACCOUNTABLE", "an activity has two accountable roles", "Where two answer for it nobody does.", "Keep one accountable role; several may be responsible."),
    Code("E_CYCLE", "environments wait for each other", "No build could ever enter the first of them.", "Take one requirement out."),
    *LINT_CODES,
)
# fmt: on
