"""Persons and what lets them in. One person is one voice, however many accounts; a machine is nobody's voice."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

__all__ = ["Account", "ApiToken", "Machine", "Person", "RoleGrant"]


class Person(models.Model):
    """A human being; the ledger knows the key, the name stays here and can be erased."""

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by their e-mail address; opening one is the business of ``services``."""


class Account(AbstractBaseUser):
    """A way for one person to sign in: with a passkey, a long password and a code, or an identity provider."""

    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="accounts")
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    opened_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_staff = False
    is_superuser = False

    objects = AccountManager()


class Machine(models.Model):
    """A pipeline or a scanner of one product: may bring evidence, can never sign."""

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=120)
    product = models.CharField(max_length=60, help_text="key of the product it serves")
    disabled_at = models.DateTimeField(null=True, blank=True)


class ApiToken(models.Model):
    """A secret that was shown once: only its SHA-256 is kept. Of an account or of a machine, never of both."""

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="tokens")
    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, null=True, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=120)
    scopes = models.JSONField(default=list, help_text="powers it may use, out of those its owner has")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(account__isnull=True) ^ models.Q(machine__isnull=True),
                name="people_token_has_one_owner",
            ),
        )


class RoleGrant(models.Model):
    """A role that a person holds, for one product or for all, from when it counts until when."""

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=60)
    product = models.CharField(max_length=60, blank=True, help_text="key of the product; empty for all")
    granted_by = models.CharField(max_length=64)
    granted_at = models.DateTimeField()
    counts_from = models.DateTimeField(help_text="end of the cool-down")
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
