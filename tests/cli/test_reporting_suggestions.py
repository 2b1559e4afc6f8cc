from __future__ import annotations

import pytest

from tonemark.cli.reporting import _astray
from tonemark.corpus.evidence import Astray

CASES = {
    Astray(): [],
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


@pytest.mark.parametrize("found", CASES)
def test_how_far_suggestions_lead_astray_is_told_with_its_margin(found: Astray) -> None:
    assert list(_astray(found)) == CASES[found]
