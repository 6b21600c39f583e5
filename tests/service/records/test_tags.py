"""A kind of entry that was ever written stays: its name is in signed bytes."""

from pathlib import Path

from flightrules.ledger.entry import KEY_ADOPTED
from flightrules.service.records.tags import Tag

RELEASED = Path(__file__).with_name("released_tags.txt")


def test_no_released_tag_was_changed_or_taken_away():
    released = RELEASED.read_text(encoding="utf-8").split()
    assert [tag for tag in released if tag not in {str(tag) for tag in Tag}] == []


def test_tags_are_named_source_subject_action():
    for tag in Tag:
        assert len(tag.split(":")) == 3, tag
        assert tag == tag.lower(), tag


def test_the_core_and_the_service_mean_the_same_adoption():
    assert KEY_ADOPTED == Tag.KEY_ADOPTED
