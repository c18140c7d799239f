"""The documents held to the tree: what leads nowhere, or names what is gone, is found."""

import pytest

from tools.doc_names import Tree, anchors, problems, tracked


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(tracked())


def test_every_document_names_only_what_is_there(tree: Tree) -> None:
    documents = [file for file in tree.files if file.endswith(".md")]
    assert len(documents) > 30
    assert [line for document in documents for line in problems(document, tree)] == []


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
