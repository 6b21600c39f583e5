"""Persons, their accounts and tokens, teams, roles and who may do what."""
