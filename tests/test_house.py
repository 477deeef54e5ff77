"""The house rules that no other tool checks: a test for each module, docs that name everything, no leaks."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from reviewer import settings as desk_settings
from signaling.protocol import errors, messages
from signaling.server.settings import RULES, Settings
from terminal import settings as terminal_settings

ROOT = Path(__file__).parents[1]
PACKAGES = ("reviewer", "terminal", "signaling", "annotate", "esign")
MODULES = sorted(
    path.relative_to(ROOT)
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if path.name != "__init__.py" and "__pycache__" not in path.parts
)


def test_every_module_has_a_test() -> None:
    def expected(module: Path) -> Path:
        return ROOT / "tests" / module.parent / f"test_{module.stem.strip('_')}.py"

    assert [str(module) for module in MODULES if not expected(module).is_file()] == []


def test_every_module_says_what_it_owns() -> None:
    docstrings = {str(m): ast.get_docstring(ast.parse((ROOT / m).read_text("utf-8"))) or "" for m in MODULES}
    assert [module for module, docstring in docstrings.items() if len(docstring) < 30] == []


def test_programs_keep_their_init_empty() -> None:
    inits = [p for package in ("reviewer", "terminal", "signaling") for p in (ROOT / package).rglob("__init__.py")]
    assert [str(p.relative_to(ROOT)) for p in inits if p.read_text().strip()] == []


@pytest.mark.parametrize("package", ["annotate", "esign"])
def test_libraries_export_their_public_names(package: str) -> None:
    stub = ROOT / package / "__init__.pyi"
    tree = ast.parse((stub if stub.is_file() else stub.with_suffix(".py")).read_text("utf-8"))
    assigned = [
        node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    assert assigned, f"{package} has no __all__"
    exported = ast.literal_eval(assigned[0].value)
    assert exported == sorted(set(exported)), "__all__ is sorted and names nothing twice"


def test_every_message_is_in_the_protocol_page() -> None:
    page = (ROOT / "docs" / "protocol.md").read_text("utf-8")
    names = {cls.__name__ for cls in get_args(messages.FromClient) + get_args(messages.FromServer)}
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_the_protocol_page_names_no_message_that_is_gone() -> None:
    page = (ROOT / "docs" / "protocol.md").read_text("utf-8")
    names = {cls.__name__ for cls in get_args(messages.FromClient) + get_args(messages.FromServer)}
    listed = set(re.findall(r"^\| `([A-Z][A-Za-z]+)` \|", page, re.MULTILINE))
    assert listed - names == set()


def test_every_error_code_is_in_the_protocol_page() -> None:
    page = (ROOT / "docs" / "protocol.md").read_text("utf-8")
    assert {code.value for code in errors.ErrorCode if f"`{code.value}`" not in page} == set()
    assert set(errors.SENTENCES) == set(errors.ErrorCode)


def test_nothing_is_named_that_belongs_to_one_machine() -> None:
    leak = re.compile(r"""["'(= ]/(?:work|home|root)/|index[-_]url|registry\s*=\s*"?http""")
    tracked = [
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and path.suffix in {".py", ".md", ".toml", ".lock", ".sh", ".js", ".html", ".json", ".typ", ".sql", ""}
        and not {".git", ".venv", ".venv-wheel", ".tools", "demo-out", "dist"} & set(path.relative_to(ROOT).parts)
        and not any(part.endswith("_cache") or part == ".hypothesis" for part in path.relative_to(ROOT).parts)
        and path.name != "test_house.py"
    ]
    assert len(tracked) > 50
    found = [str(p.relative_to(ROOT)) for p in tracked if leak.search(p.read_text("utf-8", errors="ignore"))]
    assert found == []


def test_every_setting_is_in_the_operations_page() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert {name for name in (*Settings.__struct_fields__, *RULES) if f"`{name}`" not in page} == set()
    sources = (Path(str(program.__file__)).read_text("utf-8") for program in (desk_settings, terminal_settings))
    options = {option for source in sources for option in re.findall(r'add_argument\("(--[a-z-]+)"', source)}
    assert len(options) > 8
    assert {option for option in options if option not in page} == set()
