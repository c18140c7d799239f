"""Configuration files: every mistake is named with its line and what to write instead."""

from pathlib import Path

import pytest

from turna_backbone.configuration import SIMULATED_TIME, ConfigurationError, Document


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gateway.toml"


def test_settings_are_read_with_their_defaults(file: Path) -> None:
    file.write_text('[mqtt]\nhost = "10.0.0.1"\n')
    table = Document(file).table("mqtt")

    assert table.text("host") == "10.0.0.1"
    assert table.integer("port", 1883, low=1, high=65535) == 1883
    table.finish()


def test_a_relative_path_starts_at_the_files_folder(file: Path) -> None:
    file.write_text('[store]\ndatabase = "reports.db"\n')

    assert Document(file).table("store").path("database") == file.parent / "reports.db"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[mqtt]\nport = 0\n", r"gateway\.toml:2: mqtt\.port must be from 1 to 65535, not 0"),
        ('[mqtt]\n\nport = "x"\n', r"gateway\.toml:3: mqtt\.port must be a whole number from 1"),
        ("[mqtt]\nport = true\n", r"gateway\.toml:2: mqtt\.port must be a whole number"),
        ("[mqtt]\n", r"gateway\.toml:1: mqtt\.port is missing; write a whole number"),
        ("", r"gateway\.toml: mqtt\.port is missing"),
    ],
)
def test_a_wrong_number_is_named_with_its_line(file: Path, text: str, sentence: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=sentence):
        Document(file).table("mqtt").integer("port", low=1, high=65535)


def test_a_misspelled_key_is_refused_with_the_keys_that_exist(file: Path) -> None:
    file.write_text("[mqtt]\nprot = 1883\n")
    table = Document(file).table("mqtt")
    table.integer("port", 1883, low=1, high=65535)

    with pytest.raises(ConfigurationError, match=r":2: mqtt\.prot is not a setting.*: port"):
        table.finish()


def test_the_table_of_exercises_is_not_offered_to_people(file: Path) -> None:
    file.write_text("[simulated_time]\n[mqqt]\n")

    with pytest.raises(ConfigurationError, match=r"mqqt is not known here; the tables are: mqtt$"):
        Document(file).require_only("mqtt", SIMULATED_TIME)


def test_a_misspelled_table_is_refused(file: Path) -> None:
    file.write_text("[mqqt]\n")

    with pytest.raises(ConfigurationError, match=r":1: mqqt is not known here"):
        Document(file).require_only("mqtt")


@pytest.mark.parametrize("content", [b"[mqtt", b"\xff\xfe", b"a = 1\na = 2\n"])
def test_a_file_that_is_no_toml_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)

    with pytest.raises(ConfigurationError, match=str(file)):
        Document(file)


def test_a_missing_file_is_named(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        Document(file)


def test_a_value_where_a_table_belongs_is_refused(file: Path) -> None:
    file.write_text("mqtt = 1\n")

    with pytest.raises(ConfigurationError, match=r"write \[mqtt\] on a line"):
        Document(file).table("mqtt")
