"""Persons and what lets them in: one person is one voice, however many accounts; a machine has none."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from flightrules.service.records.recorded import Ended, Recorded
from flightrules.service.records.tags import Tag
from flightrules.service.records.told import ANYTHING, Told

__all__ = [
    "Account",
    "ApiToken",
    "Confirmation",
    "Delegation",
    "Deputy",
    "Invitation",
    "Machine",
    "OutsideIdentity",
    "Person",
    "Rasci",
    "RoleGrant",
    "SigningSession",
    "Team",
]


class Person(models.Model):
    """A human being; the ledger knows the key, the name stays here and can be erased."""

    recorded_as = (
        Recorded("person", (Tag.INVITED,)),
        Recorded("account", (Tag.ACCOUNT_OPENED,), key="accounts__key", words=("pk",)),  # the first one
    )
    told_as = Told(
        "person",
        (Tag.INVITED, Tag.ACCOUNT_CHANGED, Tag.ACCOUNT_DISABLED, Tag.ACCOUNT_ENABLED),
        fields=("name",),
        usual=("disabled_at",),
        sets={
            Tag.ACCOUNT_DISABLED: {"disabled_at": True},
            Tag.ACCOUNT_ENABLED: {"disabled_at": False},
        },
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by their e-mail address; opening one is the business of ``services``."""


class Account(AbstractBaseUser):
    """A way for one person to sign in: passkey, long password and a code, or an identity provider."""

    recorded_as = Recorded("account", (Tag.ACCOUNT_OPENED,), key="key", words=("person_id",))
    told_as = Told(
        "account",
        (Tag.ACCOUNT_OPENED, Tag.ACCOUNT_CHANGED, Tag.ACCOUNT_DISABLED, Tag.ACCOUNT_ENABLED),
        fields=("is_active", "awaits_vouching"),
        sets={
            Tag.ACCOUNT_DISABLED: {"is_active": False},
            Tag.ACCOUNT_ENABLED: {"is_active": ANYTHING},  # erasing its person closes it too
        },
        key="key",
    )

    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="accounts")
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    opened_at = models.DateTimeField()
    wrong_proofs = models.PositiveSmallIntegerField(default=0, help_text="in a row, since the last right one")
    locked_until = models.DateTimeField(null=True, help_text="no proof is taken before; set by wrong ones")

    awaits_vouching = models.BooleanField(
        default=False, help_text="a further account signs once somebody besides its inviter vouched for it"
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_staff = False
    is_superuser = False

    objects = AccountManager()


class OutsideIdentity(models.Model):
    """Who an OpenID provider says somebody is: issuer and subject, never the e-mail address."""

    recorded_as = (
        Recorded("account", (Tag.ACCOUNT_CHANGED,), key="account__key", saying=b'"what":"identity-linked"'),
        Recorded("account", (Tag.ACCOUNT_OPENED,), key="account__key", saying=b'"outside":true'),
    )

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="outside_identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("issuer", "subject"), name="people_one_account_an_identity"),
        )


class Invitation(models.Model):
    """A link that opens one account, once; only the SHA-256 of its code is kept.

    Without a person it is the first set-up, which works only while no account exists.
    """

    recorded_as = (
        Recorded("invitation", (Tag.SETUP_LINK_MADE,)),
        Recorded("person", (Tag.INVITED,), key="person_id", words=("pk",)),
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="invitations")
    email = models.EmailField(blank=True)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)


class Machine(models.Model):
    """A pipeline or a scanner of one product: may bring evidence, can never sign."""

    recorded_as = Recorded("machine", (Tag.MACHINE_REGISTERED,), words=("product",))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=120)
    product = models.CharField(max_length=60, help_text="key of the product it serves")
    disabled_at = models.DateTimeField(null=True, blank=True)


class MachineIdentity(models.Model):
    """Tokens of an outside provider that stand for a machine: by issuer, audience, subject and claims."""

    recorded_as = Recorded(
        "machine-identity", (Tag.MACHINE_IDENTITY_ADDED,), words=("issuer", "audience", "subject")
    )
    ended_as = Ended("machine-identity", (Tag.MACHINE_IDENTITY_ENDED,), "ended_at")

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, related_name="identities")
    issuer = models.CharField(max_length=300)
    audience = models.CharField(max_length=300)
    subject = models.CharField(max_length=500, help_text="in full, or a beginning that ends in :* or /*")
    claims = models.JSONField(default=dict, help_text="further claims, and the text that each has to have")
    added_by = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("issuer", "ended_at")),)


class MachineKey(models.Model):
    """A public key with which a machine signs what it claims; whoever holds the other half signs as it."""

    recorded_as = Recorded("machine-key", (Tag.MACHINE_KEY_ADDED,), words=("keyid",))
    ended_as = Ended("machine-key", (Tag.MACHINE_KEY_ENDED,), "ended_at")

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, related_name="public_keys")
    keyid = models.CharField(max_length=64, help_text="SHA-256 of the public key in DER")
    pem = models.TextField()
    added_by = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("machine", "keyid"),
                condition=models.Q(ended_at__isnull=True),
                name="people_machine_key_once",
            ),
        )


class ApiToken(models.Model):
    """A secret that was shown once, kept as its SHA-256; of an account or of a machine, never of both."""

    recorded_as = Recorded("token", (Tag.TOKEN_ISSUED,), words=("product", "account__key", "machine_id"))
    told_as = Told(
        "token",
        (Tag.TOKEN_ISSUED, Tag.TOKEN_REVOKED),
        fields=("digest", "scopes", "product", "expires_at", "revoked_at"),
        sets={Tag.TOKEN_REVOKED: {"revoked_at": True}},
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="tokens")
    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, null=True, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=120)
    scopes = models.JSONField(default=list, help_text="powers it may use, out of those its owner has")
    product = models.CharField(max_length=60, blank=True, default="", help_text="empty for all")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    denied_at = models.DateTimeField(null=True, help_text="when a refused use was last put on record")
    proved_at = models.DateTimeField(null=True, help_text="when its owner last proved who they are")
    proved_by = models.PositiveSmallIntegerField(default=0, help_text="components that were shown then")
    exchanged = models.CharField(
        max_length=64, null=True, unique=True, help_text="of what it was given for, which is taken once"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(account__isnull=True) ^ models.Q(machine__isnull=True),
                name="people_token_has_one_owner",
            ),
        )


class SigningSession(models.Model):
    """One token or browser session in which somebody signs: when it last did, and with a proof of when."""

    key = models.CharField(primary_key=True, max_length=80, help_text="token/KEY or session/DIGEST")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="signing_sessions")
    signed_at = models.DateTimeField(null=True, help_text="all components are needed again a while later")
    proof_at = models.DateTimeField(null=True, help_text="when the last proof that signed was given")


class Confirmation(models.Model):
    """What somebody who works with a token is to confirm in the browser: one act on one digest, once."""

    recorded_as = Recorded("confirmation", (Tag.CONFIRMATION_ASKED,), words=("act", "about", "digest"))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    token = models.ForeignKey(ApiToken, on_delete=models.PROTECT, related_name="confirmations")
    act = models.CharField(max_length=40)
    about = models.CharField(max_length=120, help_text="kind/key")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what is signed")
    terms = models.JSONField(default=dict, help_text="what the digest is over, where it was sent along")
    code = models.CharField(max_length=9, help_text="shown on both sides, to tell two askings apart")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True, help_text="when the act was signed")

    class Meta:
        indexes = (models.Index(fields=("token", "digest")),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True) | models.Q(refused_at__isnull=True),
                name="people_confirmed_or_refused",
            ),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True) | models.Q(confirmed_at__isnull=False),
                name="people_used_if_confirmed",
            ),
        )


class RoleGrant(models.Model):
    """A role that a person holds, for one product or for all, from when it counts until when."""

    recorded_as = (
        Recorded(
            "person",
            (Tag.ROLE_GRANTED, Tag.INVITED),
            key="person_id",
            words=("pk", "role", "product"),
            same=("counts_from", "expires_at"),
            several=True,
            among="grants",
        ),
        Recorded(
            "account",
            (Tag.ACCOUNT_OPENED,),
            key="person__accounts__key",
            words=("pk", "role", "product"),
            same=("counts_from", "expires_at"),
            several=True,
            among="grants",
        ),
    )
    ended_as = Ended("person", (Tag.ROLE_REVOKED,), "revoked_at", key="person_id", words=("pk",))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=60)
    product = models.CharField(max_length=60, blank=True, help_text="key of the product; empty for all")
    granted_by = models.CharField(max_length=64)
    granted_at = models.DateTimeField()
    counts_from = models.DateTimeField(help_text="end of the cool-down")
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Deputy(models.Model):
    """Who stands in for the holder of a role, until somebody ends it; both speak in the holder's seat."""

    recorded_as = Recorded(
        "deputy",
        (Tag.DEPUTY_NAMED,),
        words=("holder_id", "deputy_id", "role", "product"),
        same=("counts_from",),
    )
    ended_as = Ended("deputy", (Tag.DEPUTY_ENDED,), "ended_at")

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="deputies")
    deputy = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="deputy_of")
    role = models.CharField(max_length=60)
    product = models.CharField(max_length=60, blank=True)
    named_by = models.CharField(max_length=64)
    named_at = models.DateTimeField()
    counts_from = models.DateTimeField(help_text="end of the cool-down")
    ended_at = models.DateTimeField(null=True)


class Delegation(models.Model):
    """A holder's own role, lent for a while; it cannot be lent on, and the seat keeps one voice."""

    recorded_as = Recorded(
        "delegation",
        (Tag.DELEGATED,),
        words=("holder_id", "delegate_id", "role", "product"),
        same=("starts_at", "ends_at"),
    )
    ended_as = Ended("delegation", (Tag.DELEGATION_ENDED,), "ended_at")

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegated")
    role = models.CharField(max_length=60)
    product = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500)
    made_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="set when it was ended early")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(starts_at__lt=models.F("ends_at")), name="people_delegation_ends"
            ),
        )


class Team(models.Model):
    """People who are told and shown together. A team carries no powers, so none linger when it changes."""

    recorded_as = Recorded("team", (Tag.TEAM_CHANGED,), words=("product",))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=120)
    product = models.CharField(max_length=60, blank=True)
    members = models.ManyToManyField(Person, related_name="teams")
    changed_at = models.DateTimeField()


class Rasci(models.Model):
    """Who does what in each activity of the lifecycle, as it was agreed; the latest version stands."""

    recorded_as = Recorded("rasci", (Tag.RASCI_AGREED,), words=("product", "preset"))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    product = models.CharField(max_length=60, blank=True, help_text="empty for the whole office")
    version = models.PositiveIntegerField()
    preset = models.CharField(max_length=20)
    activities = models.JSONField(help_text="activity -> letter -> roles")
    agreed_by = models.CharField(max_length=64)
    agreed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("product", "version"), name="people_one_rasci_a_version"),
        )
