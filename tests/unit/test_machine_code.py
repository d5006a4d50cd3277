"""Where compiled code goes, and who does without a compiler."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from citizen_app import machine_code
from citizen_app.config import ROOT


@pytest.fixture
def _no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR")


@pytest.mark.usefixtures("_no_folder")
def test_compiled_code_is_kept_under_the_data_folder_by_its_sources(tmp_path: Path) -> None:
    machine_code.use_folder(tmp_path)
    folder = Path(os.environ["NUMBA_CACHE_DIR"])
    assert folder.parent == tmp_path / "compiled" and folder.is_dir()


@pytest.mark.usefixtures("_no_folder")
def test_only_the_last_folders_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        old = tmp_path / "compiled" / f"old-{number}"
        old.mkdir(parents=True)
        os.utime(old, (1000 + number, 1000 + number))
    machine_code.use_folder(tmp_path)
    left = {path.name for path in (tmp_path / "compiled").iterdir()}
    assert left == {"old-3", "old-4", Path(os.environ["NUMBA_CACHE_DIR"]).name}


@pytest.mark.usefixtures("_no_folder")
def test_where_nothing_can_be_written_a_temporary_folder_serves_and_the_log_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "compiled").write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        machine_code.use_folder(tmp_path)
    assert Path(os.environ["NUMBA_CACHE_DIR"]).is_dir()
    assert "compiled code cannot be kept" in caplog.text


def test_a_folder_that_the_environment_names_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/somewhere")
    machine_code.use_folder(tmp_path)
    assert os.environ["NUMBA_CACHE_DIR"] == "/somewhere" and not list(tmp_path.iterdir())


@pytest.mark.parametrize("process", ["citizen_app", "feeds.__main__"])
def test_no_process_loads_the_compiler_before_it_is_asked_for_a_journey(process: str) -> None:
    code = f"import sys, {process}; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=True)
    assert done.stdout.split()[-1] == "False"
