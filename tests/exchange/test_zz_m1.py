import sys; sys.path.insert(0,'/work/main/tests/exchange'); sys.path.insert(0,'/work/main/tests')
from test_round_trips import *
from tonemark.exchange.sidecar import sidecar_of
from tonemark.exchange.registry import read_records
from tonemark.exchange.base import ReadOptions
@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("name", writable())
def test_unknown_digest(name, every, full, tmp_path, tonemark):
    if every and not format_named(name).versions: pytest.skip()
    out = there(tmp_path, name)
    how = ALL + (("--everyone",) if every else ())
    tonemark("export", full, "--format", name, "-o", out, "--map", *how)
    def read():
        return [r._replace(number=0, line=0) for r in read_records(out, format=None, options=ReadOptions())]
    was = read()
    side = sidecar_of(out)
    head, rest = side.read_text().split("\n", 1)
    h = json.loads(head); h["digest"] = ""
    side.write_text(json.dumps(h) + "\n" + rest)
    now = read()
    for a, b in zip(was, now, strict=True):
        assert a == b
