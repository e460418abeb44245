"""The wheel, installed into an empty environment, and the README's examples."""

from __future__ import annotations

import email
import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from hokusai_model_events.consumer.lua_texts import resolved_text

from .repository import REPOSITORY


README = REPOSITORY / "clients/python/README.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.S | re.M)


def build(folder: Path) -> Path:
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "tools/build-wheel.py"), str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a virtual environment with only the package."""
    folder = tmp_path_factory.mktemp("environment")
    # Without pip, which is not available everywhere: unpacking installs a pure Python wheel.
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin/python"
    place = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True, check=True
    ).stdout.strip()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    return python


def run(python: Path, *arguments: str, cwd: Path) -> str:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([python, *arguments], cwd=cwd, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_contains_exactly_the_sources_and_the_scripts(wheel: Path) -> None:
    sources = REPOSITORY / "clients/python/src"
    expected = {
        path.relative_to(sources).as_posix()
        for path in (sources / "hokusai_model_events").rglob("*")
        if path.suffix == ".py" or path.name in ("py.typed", "contract.json")
    }
    expected |= {f"hokusai_model_events/lua/{path.name}" for path in (REPOSITORY / "queue/lua").glob("*.lua")}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == expected


def test_the_wheel_contains_nothing_from_dev_or_test(wheel: Path) -> None:
    tested = [REPOSITORY / "dev", REPOSITORY / "test", REPOSITORY / "clients/python/tests"]
    unwanted = {path.read_bytes() for folder in tested for path in folder.rglob("*") if path.is_file() and path.stat().st_size}
    assert unwanted
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            assert not {"dev", "test", "tests"} & set(Path(name).parts), name
            assert archive.read(name) not in unwanted, name


def test_the_wheels_scripts_equal_the_checkouts_with_their_parts_included(wheel: Path) -> None:
    scripts = sorted((REPOSITORY / "queue/lua").glob("*.lua"))
    assert scripts
    with zipfile.ZipFile(wheel) as archive:
        for script in scripts:
            text = archive.read(f"hokusai_model_events/lua/{script.name}").decode()
            assert text == resolved_text(script.parent, script.stem)
            assert "-- INCLUDE" not in text


def test_the_version_equals_the_node_packages_and_only_the_extras_have_dependencies(wheel: Path) -> None:
    version = json.loads((REPOSITORY / "clients/node/package.json").read_text())["version"]
    with zipfile.ZipFile(wheel) as archive:
        metadata = email.message_from_bytes(archive.read(f"hokusai_model_events-{version}.dist-info/METADATA"))
    assert metadata["Version"] == version
    assert metadata["Requires-Python"] == ">=3.10"
    needed = {re.sub(r"[\s'\"()]", "", text) for text in metadata.get_all("Requires-Dist", [])}
    assert needed == {
        "boto3>=1.26;extra==registry",
        "redis>=4.3.4;extra==consumer",
        "botocore>=1.29;extra==iam",
        "opentelemetry-api<2,>=1.27;extra==tracing",
    }


def test_the_build_is_reproducible(wheel: Path, tmp_path: Path) -> None:
    assert build(tmp_path).read_bytes() == wheel.read_bytes()


def test_the_build_leaves_no_files_in_the_sources(wheel: Path) -> None:
    left = [path.name for path in (REPOSITORY / "clients/python").rglob("*") if path.name.endswith((".egg-info", ".whl"))]
    assert left == []
    assert not (REPOSITORY / "clients/python/build").exists()
    assert not (REPOSITORY / "clients/python/src/hokusai_model_events/lua").exists()


def test_the_readme_registry_example_stores_a_registration_and_its_event(installed: Path, tmp_path: Path) -> None:
    (example, *_) = EXAMPLES
    run(installed, "-c", example, cwd=tmp_path)
    status = json.loads(
        run(installed, "-m", "hokusai_model_events.registry", "status", "--json", "--sqlite", "registry.sqlite", cwd=tmp_path)
    )
    assert (status["waiting"], status["refused"]) == (1, 0)


def test_the_readme_consumer_example_runs_up_to_the_missing_settings(tmp_path: Path) -> None:
    _, example, *_ = EXAMPLES
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REDIS_", "MODEL_EVENTS_"))}
    kept["PYTHONPATH"] = os.pathsep.join([str(REPOSITORY / "clients/python/src"), *filter(None, [kept.get("PYTHONPATH")])])
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, env=kept, capture_output=True, text=True, check=False)
    assert "SettingsError: REDIS_HOST is missing: ECS sets it" in done.stderr


def test_the_readme_health_example_returns_503_while_redis_is_unreachable(tmp_path: Path) -> None:
    *_, example = EXAMPLES
    sources = [str(REPOSITORY / "clients/python/src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    container = {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": "1", "REDIS_AUTH_TOKEN": "t", "MODEL_EVENTS_QUEUE": "model_events"}
    done = subprocess.run(
        [sys.executable, "-c", f"{example}\nprint(model_events_health())"],
        cwd=tmp_path,
        env={**os.environ, **container, "PYTHONPATH": os.pathsep.join(sources)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("(503, "), done.stderr
    assert "connection-refused" in done.stdout


def test_the_readme_metrics_example_writes_an_emf_record_with_every_metric_it_declares(tmp_path: Path) -> None:
    *_, example, _ = EXAMPLES
    sources = [str(REPOSITORY / "clients/python/src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    call = "write_metrics(ConsumerReport(handled=2, busy_percent=50.0, registration_to_handled_ms=[1.0] * 101))"
    done = subprocess.run(
        [sys.executable, "-c", f"{example}\n{call}"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sources)},
        capture_output=True,
        text=True,
        check=False,
    )
    record = json.loads(done.stdout)
    (target,) = record["_aws"]["CloudWatchMetrics"]
    names = {metric["Name"] for metric in target["Metrics"]}
    assert names | {"Service"} == set(record) - {"_aws"} and record["Handled"] == 2
    assert len(record["RegistrationToHandled"]) == 100


def test_the_readme_has_four_examples_and_its_commands_name_the_wheel(wheel: Path) -> None:
    text = README.read_text()
    assert len(EXAMPLES) == text.count("```python\n") == 4, "a new example needs a test here"
    for extra in ("registry", "consumer", "consumer,tracing"):
        assert f"\npip install '{wheel.name}[{extra}]'" in text


def test_the_registry_and_the_settings_import_neither_boto3_nor_redis(installed: Path, tmp_path: Path) -> None:
    program = "import sys, hokusai_model_events.registry, hokusai_model_events.settings"
    run(installed, "-c", f"{program}; assert not {{'boto3', 'redis'}} & set(sys.modules)", cwd=tmp_path)


def test_a_consumer_without_redis_py_names_the_extra_to_install(installed: Path, tmp_path: Path) -> None:
    program = "try: import hokusai_model_events.consumer\nexcept ModuleNotFoundError as error: print(error)"
    assert run(installed, "-c", program, cwd=tmp_path) == "redis is missing: pip install 'hokusai-model-events[consumer]'\n"


def test_the_wheel_installs_the_command(wheel: Path, installed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith("entry_points.txt")]
        assert "hokusai-model-events = hokusai_model_events.registry.command:main" in archive.read(name).decode()
    assert run(installed, "-m", "hokusai_model_events.registry", "--version", cwd=tmp_path).strip() in wheel.name
