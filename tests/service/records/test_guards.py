"""The database itself refuses to change, delete or empty what was recorded."""

import pytest
from django.db import DatabaseError, connection, transaction

from flightrules.service.records.models import Blob, Checkpoint, Entry, Office, PersonalDatum, Stream
from flightrules.service.records.services import commit_to
from flightrules.service.records.tags import Tag

FORBIDDEN = [
    "UPDATE records_entry SET subject = 'release/7'",
    "UPDATE records_entry SET seq = seq + 100",
    "UPDATE records_entry SET body = leaf",
    "DELETE FROM records_entry",
    "UPDATE records_blob SET size = 0",
    "DELETE FROM records_blob",
    "UPDATE records_checkpoint SET note = 'nothing'",
    "UPDATE records_checkpoint SET size = 1000",
    "DELETE FROM records_checkpoint",
    "UPDATE records_stream SET size = 0",
    "UPDATE records_stream SET name = 'product/other'",
    "DELETE FROM records_stream",
    "DELETE FROM records_office",
    "UPDATE records_personaldatum SET value = 'somebody else'",
    "DELETE FROM records_personaldatum",
]


@pytest.fixture
def recorded(tell):
    tell(2, tag=Tag.DECISION_RECORDED)
    Blob.objects.create(digest="ab" * 32, size=3)
    commit_to("Ada Lovelace", about="p1")


@pytest.mark.parametrize("statement", FORBIDDEN)
@pytest.mark.usefixtures("recorded")
def test_what_was_recorded_cannot_be_changed_or_deleted(statement):
    with (
        pytest.raises(DatabaseError, match="only appended to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("model", [Entry, Blob, Checkpoint, Stream, Office, PersonalDatum])
@pytest.mark.usefixtures("recorded")
def test_a_table_of_the_ledger_cannot_be_emptied(model):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL knows TRUNCATE")
    with (
        pytest.raises(DatabaseError, match="only appended to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {model._meta.db_table} CASCADE")


@pytest.mark.usefixtures("recorded")
def test_a_witness_may_be_added_to_a_kept_head():
    Checkpoint.objects.update(anchors=[{"kind": "git", "what": "ab"}])
    assert Checkpoint.objects.first().anchors[0]["kind"] == "git"
