"""Promise 5 and packages: one that is installed tells which texts taught its model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from trained import add_model, packaged, project_of

from tonemark.corpus.shares import hash_of
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError
from tonemark.plugins import plugins
from tonemark.training.runs.folders import HASHES
from tonemark.training.suggesting import installed, of_package

pytestmark = pytest.mark.usefixtures("not_compared")


def texts_of(folder: Path) -> list[str]:
    store = Store(folder / STORE_FILE)
    texts = [store.document(number).text for number in range(1, store.last_document() + 1)]
    store.close()
    return texts


@pytest.mark.parametrize("kind", ["wheel", "archive"])
def test_it_is_told_where_the_package_is_installed(kind: str, site: Path, tmp_path: Path) -> None:
    folder = project_of(tmp_path / "p", 12)
    hashes = {hash_of(text).hex() for text in texts_of(folder)}
    add_model(folder, hashes=sorted(hashes))
    made = packaged(folder, tmp_path)
    given = made.wheel if kind == "wheel" else made.archive
    pip = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "-q", "--target"]
    done = subprocess.run(
        [*pip, str(site), str(given)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    plugins.cache_clear()
    (found,) = (each for each in installed() if each.name == made.package)
    assert of_package(found).learnt == hashes
    assert made.package not in sys.modules


def test_nothing_but_hashes_goes_with_it(tmp_path: Path) -> None:
    """Whoever made the model may have put texts where its hashes are."""
    folder = project_of(tmp_path / "p", 12)
    (text, *_) = texts_of(folder)
    known = hash_of(text).hex()
    odd = [text, known.upper(), f"{known}\n", f"{known}0", 7, None, [known], {known: text}]
    add_model(folder, hashes=[known, *odd, "0" * 32])
    made = packaged(folder, tmp_path)
    told = [*made.folder.rglob(HASHES)]
    assert [each.relative_to(made.folder) for each in told] == [Path(made.package, HASHES)]
    assert json.loads(told[0].read_text()) == sorted([known, "0" * 32])
    assert not any(text.encode() in each.read_bytes() for each in told[0].parent.rglob("*.json"))


@pytest.mark.parametrize("damage", ["", "[", "{}", None])
def test_a_model_of_which_that_is_not_known_is_not_packaged(
    damage: str | None, tmp_path: Path
) -> None:
    folder = project_of(tmp_path / "p", 6)
    path = add_model(folder) / HASHES
    path.unlink()
    if damage is not None:
        path.write_text(damage)
    with pytest.raises(TonemarkError, match="which texts taught model-1 is not known"):
        packaged(folder, tmp_path / "out")
    assert [*(tmp_path / "out").iterdir()] == []
