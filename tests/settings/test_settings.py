"""config.toml: what may stand in it, and what each mistake is told."""

from pathlib import Path

import pytest

from distributor.errors import SettingsError
from distributor.settings import SqlAlchemySettings, SqlDirectorySettings, load_settings

GOOD = """
[catalogue]
path = "specs"
[directory]
kind = "csv"
path = "directory"
[sources.members]
kind = "sqlite"
path = "data/members.sqlite"
[sources.warehouse]
kind = "sqlalchemy"
url_env = "MEMBERS_URL"
timeout_s = 20
[sources.budget]
kind = "folder"
path = "/srv/budget"
text_columns = ["account"]
[store]
path = "var/store"
[outbox]
path = "var/outbox"
[mail]
from_address = "Union <reports@union.example>"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def fault(tmp_path: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, text))
    return str(caught.value)


def test_relative_paths_start_at_the_config_file(tmp_path: Path) -> None:
    """A relative path is meant from the folder of config.toml; an absolute one stays."""
    settings = load_settings(write(tmp_path, GOOD))

    assert tmp_path.resolve() / "specs" == settings.catalogue.path
    assert tmp_path.resolve() / "data/members.sqlite" == settings.sources["members"].path  # type: ignore[union-attr]
    assert Path("/srv/budget") == settings.sources["budget"].path  # type: ignore[union-attr]
    assert tmp_path.resolve() / "config.toml" == settings.config_path


def test_defaults_when_sections_are_absent(tmp_path: Path) -> None:
    """Engine and render sections may be left out; a source waits 300 seconds by default."""
    settings = load_settings(write(tmp_path, GOOD))

    assert (0, 5000) == (settings.engine.workers, settings.engine.packs_per_worker)
    assert 2 == settings.render.image_scale
    assert settings.render.fast
    assert 300 == settings.sources["members"].timeout_s
    assert 20 == settings.sources["warehouse"].timeout_s


def test_settings_are_frozen(tmp_path: Path) -> None:
    """Settings cannot be changed after loading."""
    settings = load_settings(write(tmp_path, GOOD))

    with pytest.raises(ValueError):
        settings.engine.workers = 3  # type: ignore[misc]


def test_the_environment_may_name_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DISTRIBUTOR_CONFIG names the file when no path is given."""
    monkeypatch.setenv("DISTRIBUTOR_CONFIG", str(write(tmp_path, GOOD)))

    assert tmp_path.resolve() / "specs" == load_settings().catalogue.path


def test_directory_from_sql_must_name_a_source(tmp_path: Path) -> None:
    """A directory in SQL names one of the sources."""
    queries = 'branches = "select 1"\nrecipients = "select 1"\nroles = "select 1"\n'
    good = GOOD.replace('kind = "csv"\npath = "directory"', f'kind = "sql"\nsource = "members"\n{queries}')

    directory = load_settings(write(tmp_path, good)).directory

    assert isinstance(directory, SqlDirectorySettings)
    assert 'config.toml: directory.source: "nobody" is not a source. Known: members, warehouse, budget.' == fault(
        tmp_path, good.replace('source = "members"', 'source = "nobody"')
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'kind = "sqlite"', 'kind = "sqllite"',
            'config.toml: sources.members.kind: "sqllite" is not known. Allowed: sqlite, sqlalchemy, duckdb, folder.',
        ),
        (
            'kind = "csv"', 'kind = "ldap"',
            'config.toml: directory.kind: "ldap" is not known. Allowed: csv, sql.',
        ),
        (
            'kind = "sqlite"\n', "",
            "config.toml: sources.members.kind: is missing. Say of which kind it is.",
        ),
        (
            'path = "specs"', 'path = "specs"\nfile = 1',
            "config.toml: catalogue.file: is not known. Allowed: path.",
        ),
        (
            'path = "data/members.sqlite"', 'path = "data/members.sqlite"\nurl = "x"',
            "config.toml: sources.members.url: is not known. Allowed: timeout_s, kind, path.",
        ),
        (
            "[store]", "[stores]",
            "config.toml: store: is missing.\nconfig.toml: stores: is not known. Allowed: catalogue, directory, "
            "sources, store, outbox, ledger, channels, dispatch, bounces, service, retention, alerts, engine, mail, "
            "render.",
        ),
        (
            'path = "data/members.sqlite"\n', "",
            "config.toml: sources.members.path: is missing.",
        ),
        (
            "timeout_s = 20", "timeout_s = 0",
            'config.toml: sources.warehouse.timeout_s: got "0". Input should be greater than 0.',
        ),
        (
            'url_env = "MEMBERS_URL"', 'url_env = "MEMBERS_URL"\nurl = "sqlite://"',
            "config.toml: sources.warehouse: give one of url, url_env or url_file.",
        ),
        (
            "[sources.members]", "[sources.Members]",
            'config.toml: sources: "Members" is not a name. Use lower-case letters, digits and underscores.',
        ),
        (
            "Union <reports@union.example>", "reports",
            'config.toml: mail.from_address: "reports" is not an address. '
            "Allowed: a@b.example, or Name <a@b.example>.",
        ),
    ],
)  # fmt: skip
def test_fault_names_key_value_and_what_is_allowed(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """Every fault of config.toml says which key, what it got and what is allowed."""
    assert expected == fault(tmp_path, GOOD.replace(old, new))


def test_a_source_may_be_called_like_a_kind(tmp_path: Path) -> None:
    """A source named "csv" keeps its name in messages."""
    text = GOOD.replace("[sources.members]", "[sources.csv]").replace('path = "data/members.sqlite"\n', "")

    assert "config.toml: sources.csv.path: is missing." == fault(tmp_path, text)


@pytest.mark.parametrize("url", ["postgresql://u:geheim@h/db", "postgresql://h/db?user=u&password=geheim"])
def test_a_password_in_config_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    """A URL with a password may not stand in config.toml, and the message does not print it."""
    message = fault(tmp_path, GOOD.replace('url_env = "MEMBERS_URL"', f'url = "{url}"'))

    assert (
        "config.toml: sources.warehouse: url holds a password. "
        "Put it into an environment variable (url_env) or a file (url_file)." == message
    )


def test_url_from_environment_and_file(tmp_path: Path) -> None:
    """The URL is read from the variable or the file only when it is asked for."""
    (tmp_path / "secret").write_text("postgresql://u:p@h/db\n")
    by_file = SqlAlchemySettings(kind="sqlalchemy", url_file=tmp_path / "secret")
    by_variable = SqlAlchemySettings(kind="sqlalchemy", url_env="MEMBERS_URL")

    assert "postgresql://u:p@h/db" == by_file.resolve_url({})
    assert "sqlite://" == by_variable.resolve_url({"MEMBERS_URL": "sqlite://"})
    with pytest.raises(SettingsError, match="the environment variable MEMBERS_URL is not set"):
        by_variable.resolve_url({})
    with pytest.raises(SettingsError, match="nowhere: cannot be read"):
        SqlAlchemySettings(kind="sqlalchemy", url_file=tmp_path / "nowhere").resolve_url({})


def test_missing_file_tells_how_to_start(tmp_path: Path) -> None:
    """A missing config.toml says how to make one; settings faults end with exit code 3."""
    with pytest.raises(SettingsError, match=r"there is no such file\. Start one with `distributor init`"):
        load_settings(tmp_path / "config.toml")

    assert 3 == SettingsError.exit_code


@pytest.mark.parametrize(("text", "expected"), [("[catalogue", "is not valid TOML"), ("a = '\xff'", "is not UTF-8")])
def test_text_that_is_not_toml(tmp_path: Path, text: str, expected: str) -> None:
    """Broken TOML and wrong encodings are named as such."""
    path = tmp_path / "config.toml"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(SettingsError, match=expected):
        load_settings(path)


SLACK = '[channels.slack]\ntoken_env = "SLACK_TOKEN"\n'
SMS = f"""[channels.sms]
account_sid = "AC{"0" * 32}"
auth_token_env = "TWILIO_TOKEN"
sender = "+4759440000"
"""


@pytest.mark.parametrize(
    ("section", "old", "new", "expected"),
    [
        (SLACK, 'token_env = "SLACK_TOKEN"', "", "channels.slack: give token_env or token_file, one of them."),
        (
            SLACK, "token_env", 'token_file = "token"\ntoken_env',
            "channels.slack: give token_env or token_file, one of them.",
        ),
        (
            SLACK, "token_env", 'signing_secret_env = "A"\nsigning_secret_file = "b"\ntoken_env',
            "channels.slack: give signing_secret_env or signing_secret_file, not both.",
        ),
        (SMS, 'account_sid = "AC', 'account_sid = "XX', 'channels.sms.account_sid: got "XX'),
        (SMS, 'auth_token_env = "TWILIO_TOKEN"', "", "channels.sms: give auth_token_env or auth_token_file, one"),
        (SMS, 'sender = "+4759440000"', "", "channels.sms: give sender or messaging_service_sid, one of them."),
        (SMS, '"+4759440000"', '"+4759440000"\nfrom_number = "x"', "channels.sms.from_number: is not known. Allowed: "),
        (
            SMS, 'sender = "+4759440000"', 'sender = "Forbundet"\ntwo_way = true',
            "channels.sms: nobody can answer a name as sender: set two_way = false, or a number as sender.",
        ),
        (
            SMS, "sender", "two_way = true\nsender",
            "channels.sms.two_way: answers have no way to us. Set public_url in [service], or two_way = false.",
        ),
    ],
)  # fmt: skip
def test_half_a_vendor_is_refused_with_what_is_missing(
    tmp_path: Path, section: str, old: str, new: str, expected: str
) -> None:
    """Slack without a token, text messages without a sender, answers without a way back: each is told, and how."""
    load_settings(write(tmp_path, GOOD + section))

    assert fault(tmp_path, GOOD + section.replace(old, new)).startswith(f"config.toml: {expected}")


def test_secrets_of_vendors_are_read_when_they_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens come from the environment or files; a limit of 0 text messages is no limit."""
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-1")
    monkeypatch.delenv("TWILIO_TOKEN", raising=False)
    given = load_settings(write(tmp_path, GOOD + SLACK + SMS + "per_person_a_day = 0\n")).channels

    assert given.slack is not None
    assert given.sms is not None
    assert ("xoxb-1", "", False) == (
        given.slack.resolve_token(),
        given.slack.resolve_signing_secret(),
        given.slack.takes_clicks,
    )
    assert (None, None) == (given.sms.per_person_a_day, given.sms.per_month)
    with pytest.raises(SettingsError, match="the environment variable TWILIO_TOKEN is not set"):
        given.sms.resolve_auth_token()
