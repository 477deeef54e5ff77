"""Errors of national cryptography are errors of esign, each with a stable code that its docstring lists."""

import inspect

from esign.errors import EsignError
from esign.national import errors


def test_each_error_has_a_code_of_its_own() -> None:
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__]
    codes = {kind.code for kind in kinds}
    assert len(codes) == len(kinds) == 4
    assert all(issubclass(kind, EsignError) and kind.__name__ in (errors.__doc__ or "") for kind in kinds)


def test_a_refused_container_names_its_finding() -> None:
    assert errors.BadOfd("ofd_unsafe", "a path").finding == "ofd_unsafe"
