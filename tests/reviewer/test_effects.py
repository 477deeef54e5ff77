"""Effects are values: every kind is in the union the joiner matches, and none can be changed."""

import inspect
from typing import get_args

import msgspec
import pytest

from reviewer import effects


def test_the_union_names_every_effect():
    kinds = {cls for _, cls in inspect.getmembers(effects, inspect.isclass) if cls.__module__ == effects.__name__}
    assert kinds == set(get_args(effects.Effect))


def test_effects_are_frozen_and_compare_by_value():
    stop = effects.StopLeg("c", 1)
    assert stop == effects.StopLeg("c", 1)
    with pytest.raises(AttributeError):
        stop.generation = 2
    assert all(cls.__struct_config__.frozen for cls in get_args(effects.Effect) if issubclass(cls, msgspec.Struct))
