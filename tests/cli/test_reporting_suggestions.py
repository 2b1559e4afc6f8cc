from __future__ import annotations

from pathlib import Path

import pytest
from making import run_here

from tonemark.cli.reporting import _astray
from tonemark.corpus.evidence import Astray

CASES = {
    Astray(): [],
    Astray(1, 1): ["1 suggestion was shown on accepted documents, and stands"],
    Astray(1, 0): ["1 suggestion was shown on accepted documents, and does not stand"],
    Astray(0, 0, 1, 1, 0): ["1 more was kept from 1 blind document: annotators did not label it"],
    Astray(0, 0, 1, 1, 1): [
        "1 more was kept from 1 blind document: annotators labelled it by hand"
    ],
    Astray(200, 180): ["200 suggestions were shown on accepted documents: 90% of them stand"],
    Astray(2000, 1800, 40, 400, 300): [
        "2,000 suggestions were shown on accepted documents: 90% of them stand",
        "400 more were kept from 40 blind documents: annotators labelled 75% of them by hand",
        "so of 100 suggestions about 15 stand only because they were shown (give or take 4)",
    ],
    Astray(0, 0, 1, 3, 3): [
        "3 more were kept from 1 blind document: annotators labelled 100% of them by hand"
    ],
    # Three of three are no proof of anything.
    Astray(10, 10, 1, 3, 3): [
        "10 suggestions were shown on accepted documents: 100% of them stand",
        "3 more were kept from 1 blind document: annotators labelled 100% of them by hand",
        "so of 100 suggestions about 0 stand only because they were shown (give or take 38)",
    ],
}


def test_documents_are_counted_whose_suggestions_lie_in_the_store(tmp_path: Path) -> None:
    folder, file = tmp_path / "p", tmp_path / "t.jsonl"
    run_here("new", folder, "--lang", "sw", "--labels", "LOC")
    spans = '"spans":[{"start":0,"end":6,"label":"LOC"}]'
    file.write_text(f'{{"text":"Kisumu leo",{spans}}}\n{{"text":"Kisumu"}}\n')
    assert run_here("add", folder, file).returncode == 0
    told = " ".join(run_here("status", folder).stdout.split())
    assert "1 document has suggestions that came with the data or from patterns; names are" in told


@pytest.mark.parametrize("found", CASES)
def test_how_far_suggestions_lead_astray_is_told_with_its_margin(found: Astray) -> None:
    assert list(_astray(found)) == CASES[found]
