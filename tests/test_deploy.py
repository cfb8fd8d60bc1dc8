"""Holds the files of docs/deploy/ to what there is: settings, files, limits and modules."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import BotSettings
from bot.unknown_settings import variables
from index.settings import IndexSettings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "docs" / "deploy"
SETTINGS = set(variables(BotSettings, IndexSettings))


def unit() -> dict[str, list[str]]:
    """The lines of the unit: each key with all its values."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "footnote.service").read_text(encoding="utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def dockerfile() -> str:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    return re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))


def service() -> dict[str, Any]:
    """The service of compose.yaml."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    found: dict[str, Any] = services["footnote"]
    return found


@pytest.mark.parametrize("name", ["footnote.service", "Dockerfile", "compose.yaml", "README.md"])
def test_every_setting_that_is_named_exists(name: str) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:BOT|INDEX)_[A-Z_]*[A-Z]\b", re.sub(r"PIP_\w+", "", text)))
    assert named
    assert named <= SETTINGS


def test_the_unit_may_write_to_one_folder_and_writes_only_there() -> None:
    lines = unit()
    for key in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictSUIDSGID"):
        assert lines[key] == ["yes"], key
    assert lines["ProtectSystem"] == ["strict"]
    assert lines["CapabilityBoundingSet"] == [""]
    assert lines["User"] == ["footnote"]
    [folder] = lines["StateDirectory"]
    paths = dict(each.split("=", 1) for each in lines["Environment"])
    assert {"INDEX_CORPUS", "INDEX_DIR", "BOT_STATE"} < set(paths)
    assert all(path.startswith(f"/var/lib/{folder}") for path in paths.values())


def test_both_ways_wait_for_answers_in_progress() -> None:
    needed = BotSettings.model_fields["stop_seconds"].default + 5
    assert int(unit()["TimeoutStopSec"][0]) == needed
    assert int(service()["stop_grace_period"].removesuffix("s")) == needed
    assert unit()["Restart"] == ["on-failure"]
    assert unit()["RestartPreventExitStatus"] == ["2"]


def test_every_way_brings_the_index_up_to_date_and_starts_the_bot_even_if_that_fails() -> None:
    lines = unit()
    assert lines["ExecStartPre"] == ["-/opt/footnote/.venv/bin/python -m index rebuild"]
    assert lines["ExecStart"][0].endswith("/.venv/bin/python -m bot")
    assert "footnote rebuild; exec footnote-bot" in dockerfile()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "\n\t-@$(BIN)/python -m index rebuild\n\t@$(BIN)/python -m bot\n" in makefile


def test_the_image_is_made_of_files_that_there_are_and_never_of_the_token() -> None:
    text = dockerfile()
    copied = {
        name
        for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE)
        if "--from=" not in line
        for name in re.sub(r"--\S+ ", "", line).split()[:-1]
    }
    assert {"bot", "index", "corpus", "pyproject.toml", "constraints.txt", "requirements.lock"} <= copied
    assert all((ROOT / name).exists() for name in copied)
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    assert "*" in ignored
    assert kept == copied
    assert ".env" not in kept


def test_the_image_has_a_python_that_footnote_runs_on() -> None:
    [(version, _)] = re.findall(r"^ARG PYTHON=([\d.]+)-(slim\S*)$", dockerfile(), re.MULTILINE)
    assert version.count(".") == 2, "the base image is pinned to a full version"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    least = project["requires-python"].removeprefix(">=")
    assert [int(part) for part in version.split(".")] >= [int(part) for part in least.split(".")]


def test_the_image_is_installed_by_the_lock_from_one_package_index() -> None:
    text = dockerfile()
    installs = re.findall(r"pip install ([^&\n]+)", text)
    assert any("--require-hashes --no-deps -r requirements.lock" in each for each in installs)
    assert [each for each in installs if "--index-url" in each] == [
        each for each in installs if each.split()[-1] == "torch"
    ]
    assert re.search(r"^ARG TORCH_INDEX_URL=$", text, re.MULTILINE), "none by default"
    assert service()["build"]["args"] == {"TORCH_INDEX_URL": "${TORCH_INDEX_URL:-}"}
    assert "EXTRA_INDEX" not in text + (DEPLOY / "compose.yaml").read_text(encoding="utf-8")


def test_the_container_has_no_rights_and_writes_only_to_its_volume() -> None:
    found = service()
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert found["volumes"] == ["data:/data"]
    for name in ("INDEX_CORPUS", "INDEX_DIR", "BOT_STATE"):
        assert found["environment"][name].startswith("/data/")
        assert f"{name}={found['environment'][name]}" in dockerfile()
    assert re.search(r"^USER 10001:10001$", dockerfile(), re.MULTILINE)
    assert "VOLUME /data" in dockerfile()


def test_the_health_check_asks_the_monitor_where_it_listens() -> None:
    [port] = re.findall(r"BOT_HTTP_PORT=(\d+)", dockerfile())
    assert service()["environment"]["BOT_HTTP_PORT"] == port
    assert f"http://{BotSettings.model_fields['http_host'].default}:{port}/healthz" in dockerfile()


def test_the_build_is_the_one_that_compose_names() -> None:
    build = service()["build"]
    assert (DEPLOY / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).is_file()
    assert set(build["args"]) <= set(re.findall(r"^ARG (\w+)", dockerfile(), re.MULTILINE))
