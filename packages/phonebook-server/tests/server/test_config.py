"""The environment as the server reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from phonebook_core.errors import ConfigError
from phonebook_server.config import Config, describe, load_config, options, shown, warnings

REPOSITORY = Path(__file__).parents[4]


def load(tmp_path: Path, **environ: str) -> Config:
    return load_config({f"PHONEBOOK_{name}": value for name, value in environ.items()}, cwd=tmp_path)


def test_nothing_is_required(tmp_path: Path) -> None:
    config = load_config({"HOME": str(tmp_path)}, cwd=tmp_path)
    assert config.data_dir == tmp_path / ".local/share/phonebook"
    assert (config.host, config.port, config.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert config.hosted_services is None


def test_in_a_checkout_the_data_are_in_its_data_folder(tmp_path: Path) -> None:
    inside = tmp_path / "docs" / "deep"
    marker = tmp_path / "packages" / "phonebook-server" / "pyproject.toml"
    for folder in (inside, marker.parent):
        folder.mkdir(parents=True)
    marker.touch()
    assert load_config({"STATE_DIRECTORY": "/var/lib/x"}, cwd=tmp_path).data_dir == tmp_path / "data"
    assert load_config({}, cwd=inside).data_dir == tmp_path / "data"


def test_systemd_and_xdg_folders_are_used_in_that_order(tmp_path: Path) -> None:
    environ = {"XDG_DATA_HOME": "/xdg", "STATE_DIRECTORY": "/var/lib/phonebook:/other"}
    assert load_config(environ, cwd=tmp_path).data_dir == Path("/var/lib/phonebook")
    assert load_config({"XDG_DATA_HOME": "/xdg"}, cwd=tmp_path).data_dir == Path("/xdg/phonebook")


def test_a_relative_data_folder_is_below_the_working_folder(tmp_path: Path) -> None:
    assert load(tmp_path, DATA_DIR="here").data_dir == tmp_path / "here"


def test_everything_wrong_is_reported_at_once_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError) as caught:
        load(
            tmp_path,
            DATA_DIR=str(tmp_path / "file"),
            HOST="127.0.0.1:80",
            PORT="0",
            PUBLIC_URL="phonebook.example.org",
            HOSTED_SERVICES="yea link",
            LOG_LEVEL="loud",
        )
    assert [problem.field for problem in caught.value.problems] == [
        "PHONEBOOK_DATA_DIR",
        "PHONEBOOK_HOST",
        "PHONEBOOK_PORT",
        "PHONEBOOK_PUBLIC_URL",
        "PHONEBOOK_HOSTED_SERVICES",
        "PHONEBOOK_LOG_LEVEL",
    ]
    assert all(problem.message.endswith(".") for problem in caught.value.problems)


@pytest.mark.parametrize("port", ["-1", "65536", "8e3", "tcp://10.0.0.1:8000", "٨٠", "eighty"])
def test_a_port_must_be_a_port(tmp_path: Path, port: str) -> None:
    with pytest.raises(ConfigError, match="PHONEBOOK_PORT"):
        load(tmp_path, PORT=port)


@pytest.mark.parametrize(
    ("given", "kept", "origin"),
    [
        ("https://phonebook.example.org/", "https://phonebook.example.org", "https://phonebook.example.org"),
        ("https://example.org/tools/book//", "https://example.org/tools/book", "https://example.org"),
        ("http://[::1]:8000", "http://[::1]:8000", "http://[::1]:8000"),
        ("HTTPS://Example.org:8443", "HTTPS://Example.org:8443", "https://example.org:8443"),
    ],
)
def test_the_public_url_may_have_a_path_and_loses_the_last_slash(
    tmp_path: Path, given: str, kept: str, origin: str
) -> None:
    config = load(tmp_path, PUBLIC_URL=given)
    assert config.public_url.lower() == kept.lower()
    assert config.origin == origin


@pytest.mark.parametrize(
    "url", ["ftp://x", "https://", "https://u:p@x", "https://x?y", "https://x#", "https://x:99999", 'https://x/"', "x"]
)
def test_a_public_url_that_nobody_could_open_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match="PHONEBOOK_PUBLIC_URL"):
        load(tmp_path, PUBLIC_URL=url)


def test_hosted_services_are_all_or_some_or_none(tmp_path: Path) -> None:
    assert load(tmp_path).hosted_services is None
    assert load(tmp_path, HOSTED_SERVICES="").hosted_services == ()
    assert load(tmp_path, HOSTED_SERVICES="yealink, snom,yealink").hosted_services == ("yealink", "snom")


def test_a_wildcard_address_gives_a_public_url_of_this_machine_and_a_warning(tmp_path: Path) -> None:
    config = load(tmp_path, HOST="0.0.0.0", PORT="81")
    assert config.public_url == "http://127.0.0.1:81"
    assert any("PHONEBOOK_PUBLIC_URL" in sentence for sentence in warnings({}, config))
    assert load(tmp_path, HOST="[::1]").public_url == "http://[::1]:8000"


def test_an_unknown_variable_gets_the_name_that_was_meant(tmp_path: Path) -> None:
    environ = {"PHONEBOOK_HOTS": "x", "PHONEBOOK_COLOUR": "x", "PHONEBOOK_SERVICE_TOKEN": "x", "PHONEBOOK_PORT": "1"}
    environ |= {"PHONEBOOK_SERVER_URL": "x", "PHONEBOOK_PORT_8000_TCP": "x"}
    colour, host = warnings(environ, load_config({}, cwd=tmp_path))
    assert "PHONEBOOK_COLOUR" in colour
    assert "Did you mean PHONEBOOK_HOST?" in host


def test_the_documentation_is_that_of_the_fields() -> None:
    path = REPOSITORY / "docs" / "configuration.md"
    assert path.read_text() == describe(), "run: phonebook config --docs > docs/configuration.md"
    assert describe().count("| `PHONEBOOK_") == len(options())


def test_each_value_says_where_it_comes_from(tmp_path: Path) -> None:
    (tmp_path / "smtp").write_text("smtp://user:hush@mail.example.org:587")
    environ = {"PHONEBOOK_PORT": "8080", "PHONEBOOK_SMTP_URL_FILE": "smtp", "PHONEBOOK_HOSTED_SERVICES": ""}
    config = load_config(environ, cwd=tmp_path)
    assert config.origins == {"port": "environment", "smtp_url": "file", "hosted_services": "environment"}
    assert "hush" not in str(shown(config))
