"""Values are made without generated code and behave as frozen data classes do."""

from __future__ import annotations

import dataclasses
import pickle
from functools import cached_property

import pytest

from flightrules.values import NamedTuple, field, frozen, late_but_for, later, names_of, replace


@frozen
class Point:
    x: int
    y: int = 2
    tags: dict = field(default_factory=dict)

    @property
    def sum(self) -> int:
        return self.x + self.y


@frozen
class Line:
    ends: tuple
    length: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", len(self.ends))

    @cached_property
    def first(self) -> object:
        return [self.ends[0]]


@late_but_for("number")
@frozen
class Answer:
    number: int
    reason: str = ""
    _later: object = field(init=False)


def test_fields_are_given_in_order_or_by_name_and_have_defaults():
    assert (Point(1).x, Point(1).y, Point(1).tags) == (1, 2, {})
    assert Point(1, 3) == Point(y=3, x=1)
    assert Point(1, 3).sum == 4


def test_a_made_default_is_made_anew():
    one, other = Point(1), Point(1)
    one.tags["a"] = 1
    assert other.tags == {}


@pytest.mark.parametrize(
    ("given", "named"), [((), {}), ((1, 2, {}, 4), {}), ((1,), {"z": 1}), ((1,), {"x": 1})]
)
def test_missing_and_unknown_fields_are_refused(given, named):
    with pytest.raises(TypeError):
        Point(*given, **named)


def test_a_value_never_changes():
    point = Point(1)
    with pytest.raises(AttributeError):
        point.x = 2
    with pytest.raises(AttributeError):
        del point.x
    with pytest.raises(AttributeError):
        point.z = 2


def test_equal_content_of_the_same_class_is_equal_and_hashes_alike():
    assert Line((1, 2)) == Line((1, 2)) != Line((1, 3))
    assert hash(Line((1, 2))) == hash(Line((1, 2)))
    assert Line((1,)) != Point(1)


def test_a_field_set_later_is_no_part_of_making_or_showing():
    assert Line((1, 2)).length == 2
    assert repr(Line((1, 2))) == "Line(ends=(1, 2))"


def test_a_cached_property_is_kept():
    line = Line((1, 2))
    assert line.first is line.first


def test_values_travel_between_processes():
    assert pickle.loads(pickle.dumps(Point(1, 5, {"a": "b"}))) == Point(1, 5, {"a": "b"})  # noqa: S301 -- our own bytes
    assert pickle.loads(pickle.dumps(Line((1, 2)))).length == 2  # noqa: S301 -- our own bytes


@pytest.mark.parametrize("change", [replace, dataclasses.replace])
def test_a_changed_copy_leaves_the_first_alone(change):
    point = Point(1)
    assert change(point, y=9) == Point(1, 9)
    assert point == Point(1)


def test_the_standard_library_knows_the_fields():
    assert dataclasses.is_dataclass(Point)
    assert dataclasses.asdict(Point(1)) == {"x": 1, "y": 2, "tags": {}}
    assert names_of(Point(1)) == tuple(one.name for one in dataclasses.fields(Point))


def test_values_match_patterns_by_position():
    match Point(1, 3):
        case Point(x, y):
            assert (x, y) == (1, 3)


def test_what_was_left_for_later_is_made_once_when_it_is_asked_for():
    made = []
    answer = later(Answer, lambda one: made.append(1) or Answer(one.number, "because"), {"number": 3})
    assert (answer.number, made) == (3, [])
    assert (answer.reason, answer.reason, made) == ("because", "because", [1])
    assert answer._later is None


def test_an_unfinished_value_is_equal_to_the_whole_one_and_travels_as_it():
    def unfinished():
        return later(Answer, lambda one: Answer(one.number, "because"), {"number": 3})

    whole = Answer(3, "because")
    assert unfinished() == whole
    assert whole == unfinished()
    assert hash(unfinished()) == hash(whole)
    assert repr(unfinished()) == repr(whole)
    assert pickle.loads(pickle.dumps(unfinished())) == whole  # noqa: S301 -- our own bytes
    assert replace(unfinished(), number=4) == Answer(4, "because")


def test_a_name_that_is_no_field_is_not_looked_for_later():
    with pytest.raises(AttributeError, match="has no attribute"):
        Answer(3).colour  # noqa: B018
    assert not hasattr(later(Answer, lambda _: 1 / 0, {"number": 3}), "colour")


class Mark(NamedTuple):
    """A mark on a line."""

    line: int
    text: str = ""
    kinds: tuple[str, ...] = ()

    @property
    def loud(self) -> bool:
        return self.text.isupper()

    @classmethod
    def at(cls, line: int) -> Mark:
        return cls(line, "HERE")


def test_a_named_tuple_is_one_as_those_of_typing_are():
    mark = Mark.at(3)
    assert (mark, mark.loud, Mark(4).loud) == ((3, "HERE", ()), True, False)
    assert repr(mark) == "Mark(line=3, text='HERE', kinds=())"
    assert mark._replace(text="x")._asdict() == {"line": 3, "text": "x", "kinds": ()}
    assert (Mark.__doc__, Mark.__qualname__, Mark.__module__) == ("A mark on a line.", "Mark", __name__)
    assert Mark.__match_args__ == names_of(mark) == ("line", "text", "kinds")
    assert pickle.loads(pickle.dumps(mark)) == mark  # noqa: S301 -- our own
    assert type(mark).__mro__ == (Mark, tuple, object)
    with pytest.raises(TypeError):
        Mark()
    with pytest.raises(AttributeError):
        mark.line = 4
