"""What each clause that a change can break asks for, in a few words of our own; the standard itself counts.

All clauses, and how Flightrules meets them: docs/reference/compliance.md.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CLAUSES"]

CLAUSES: Mapping[str, str] = {
    "cm3-1d": "NIST 800-53 CM-3(1): nothing goes before it is approved",
    "cm3-2": "NIST 800-53 CM-3(2): what goes was tested before, as the very same artefact",
    "cm3a": "NIST 800-53 CM-3: the kind and the impact of a change are on record, and what is rejected stays",
    "dora-17-1-2": "EU 2024/1774 17(1)(b): who approves neither asked for the change nor carries it out",
    "dora-17-1-5": "EU 2024/1774 17(1)(e): a way back, with its owner and its trigger",
    "dora-17-1-6": "EU 2024/1774 17(1)(f): an emergency is classified by who may, and has its safeguards",
    "dora-17-1-7": "EU 2024/1774 17(1)(g): an emergency is approved afterwards, in time",
    "dora-17-1-8": "EU 2024/1774 17(1)(h): the impact on security measures is stated",
    "itil4-eme": "ITIL 4, emergency change: classified first, no P1 in it, written word and review in time",
    "itil4-std": "ITIL 4, standard change: its template was approved, and it keeps to it",
    "p11-100a": "21 CFR 11.100(a): a signature is one individual's",
    "p11-200a1i": "21 CFR 11.200(a)(1)(i): all components sign first in a session, one at least signs later",
    "p11-200a1ii": "21 CFR 11.200(a)(1)(ii): all components sign where there is no session",
    "p11-50a": "21 CFR 11.50(a): printed name, date and time, and meaning",
    "pci-651-1": "PCI DSS 6.5.1: the reason for the change",
    "pci-651-2": "PCI DSS 6.5.1: the impact on security",
    "pci-651-3": "PCI DSS 6.5.1: approval by who is authorised",
    "pci-651-6": "PCI DSS 6.5.1: a way back to a secure state",
    "pci-654": "PCI DSS 6.5.4: who carries a change out does not approve it",
    "sox-2": "SOX ITGC: approval comes before the deployment",
}
