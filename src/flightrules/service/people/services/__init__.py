"""Writes of the people room, by subject; each is one act and ends with its entry in the office's stream."""

from __future__ import annotations

from flightrules.service.people.services.accounts import (
    accept_invitation,
    invite,
    invite_again,
    link_identity,
    open_first_account,
    record_account_change,
    setup_link,
)
from flightrules.service.people.services.closing import disable_account, enable_account
from flightrules.service.people.services.machine_keys import add_key, end_key
from flightrules.service.people.services.machines import disable_machine, register_machine
from flightrules.service.people.services.persons import (
    disable_person,
    enable_person,
    erase_person,
    rename_person,
)
from flightrules.service.people.services.rasci import agree_rasci
from flightrules.service.people.services.roles import grant_role, revoke_role
from flightrules.service.people.services.standing_in import (
    delegate_role,
    end_delegation,
    end_deputy,
    name_deputy,
)
from flightrules.service.people.services.teams import change_team, open_team
from flightrules.service.people.services.tokens import (
    issue_machine_token,
    issue_token,
    revoke_machine_token,
    revoke_token,
)
from flightrules.service.people.services.vouching import vouch_for_account
from flightrules.service.people.services.workloads import Trust, add_identity, end_identity

__all__ = [
    "Trust",
    "accept_invitation",
    "add_identity",
    "add_key",
    "agree_rasci",
    "change_team",
    "delegate_role",
    "disable_account",
    "disable_machine",
    "disable_person",
    "enable_account",
    "enable_person",
    "end_delegation",
    "end_deputy",
    "end_identity",
    "end_key",
    "erase_person",
    "grant_role",
    "invite",
    "invite_again",
    "issue_machine_token",
    "issue_token",
    "link_identity",
    "name_deputy",
    "open_first_account",
    "open_team",
    "record_account_change",
    "register_machine",
    "rename_person",
    "revoke_machine_token",
    "revoke_role",
    "revoke_token",
    "setup_link",
    "vouch_for_account",
]
