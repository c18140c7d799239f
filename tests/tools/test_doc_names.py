"""The documents held to the tree: what leads nowhere, or names what is gone, is found."""

import pytest

from tools.doc_names import Tree, anchors, problems, tracked


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(tracked())


def test_what_leads_nowhere_is_named_with_its_document(tree: Tree) -> None:
    text = """
    [a way](docs/nowhere.md), [a place](docs/protocol.md#no-such-heading), [there](SECURITY.md)
    `tests/test_gone.py`, `tests/conftest.py::test_gone`, `make nothing`, `make test`
    `turna_protocol.links`, `no_such.py`, `protocol/`
    """
    assert list(problems("README.md", text, tree)) == [
        "README.md: no such place: docs/nowhere.md",
        "README.md: no such place: docs/protocol.md#no-such-heading",
        "README.md: no such thing: tests/test_gone.py",
        "README.md: no such thing: tests/conftest.py::test_gone",
        "README.md: no such thing: make nothing",
        "README.md: no such thing: turna_protocol.links",
        "README.md: no such thing: no_such.py",
    ]


@pytest.mark.parametrize(
    "there",
    [
        "gateway/turna_gateway",
        "gateway/turna_gateway/app.py",
        "firmware/turna_board/sx1262*.py",
        "firmware/turna_handset/languages/<name>.py",
    ],
)
def test_a_path_may_be_a_folder_a_file_or_several(tree: Tree, there: str) -> None:
    assert tree.has_path(there)


@pytest.mark.parametrize("gone", ["gateway/turna_gate", "gateway/app.py", "firmware/sx*.py"])
def test_a_path_that_is_gone_is_noticed(tree: Tree, gone: str) -> None:
    assert not tree.has_path(gone)


@pytest.mark.parametrize(
    ("dotted", "there"),
    [
        ("turna_protocol.link", True),
        ("turna_protocol.reports", True),
        ("turna_protocol.channel.Channel", True),
        ("turna_protocol.regions.USUAL_CHANNEL", True),
        ("turna_protocol.links", False),
        ("turna_protocol.channel.Radio", False),
    ],
)
def test_a_dotted_name_is_a_module_or_something_in_one(
    tree: Tree, dotted: str, there: bool
) -> None:
    assert tree.has_module(dotted) is there


def test_anchors_are_those_that_forges_make() -> None:
    text = "# The way down\n\n```\n# no heading\n```\n\n## `turna wire`: what, and why?\n"
    assert anchors(text) == {"the-way-down", "turna-wire-what-and-why"}
