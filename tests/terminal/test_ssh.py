"""Over a real OpenSSH server on the loopback: a forced command, and a client that goes."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sitting
from terminal import Terminal

PATIENCE = 30.0
CONFIGURATION = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
"""


@pytest.fixture
def ssh(tmp_path: Path) -> Iterator[list[str]]:
    """The command that reaches the annotate screen of a project by a key with a forced command."""
    programs = [shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in
                ("sshd", "ssh", "ssh-keygen")]  # fmt: skip
    if not all(programs):
        pytest.skip("OpenSSH's server and client are not installed")
    sshd, client, keygen = map(str, programs)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where its processes without rights live
    for name in ("host", "key"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    project = sitting.make_project(tmp_path, 5)
    program = f"{sys.executable} -m tonemark annotate {project} --as {sitting.ANNOTATOR}"
    forced = f'restrict,pty,command="XDG_STATE_HOME={tmp_path} {program}"'
    public = (tmp_path / "key.pub").read_text()
    (tmp_path / "authorized_keys").write_text(f"{forced} {public}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "sshd_config").write_text(CONFIGURATION.format(port=port, folder=tmp_path))
    server = subprocess.Popen(
        [sshd, "-D", "-e", "-f", tmp_path / "sshd_config"], stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while socket.socket().connect_ex(("127.0.0.1", port)):
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.skip("an OpenSSH server cannot be started here")
            time.sleep(0.02)
        yield [
            client, "-F", "none", "-q", "-tt", "-p", str(port), "-i", str(tmp_path / "key"),
            "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
            f"{getpass.getuser()}@127.0.0.1",
        ]  # fmt: skip
    finally:
        server.terminate()
        server.wait(PATIENCE)


def running(folder: Path) -> list[int]:
    """The processes of the program on a project."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if b"annotate" in words and str(folder).encode() in words:
                found.append(int(entry.name))
    return found


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_client_that_goes_takes_the_program_with_it_and_nothing_else(
    ssh: list[str], tmp_path: Path, number: int
) -> None:
    terminal = Terminal(ssh, dict(os.environ), *sitting.SIZE)
    assert terminal.wait(lambda lines: " to look at" in lines[-2], seconds=PATIENCE), (
        terminal.lines()
    )
    steps = sitting.Rehearsed(tmp_path / "p")
    for key in ("space", "1", "space", "2"):
        terminal.press(key)
        step = steps.press(key)
        assert terminal.wait(lambda lines, step=step: sitting.shows(step, lines), seconds=PATIENCE)
    assert running(tmp_path / "p")
    os.kill(terminal.pid, number)
    deadline = time.monotonic() + PATIENCE
    while running(tmp_path / "p"):
        assert time.monotonic() < deadline, "the program is still there"
        time.sleep(0.02)
    terminal.close()
    assert sitting.state_of(*sitting.kept(tmp_path / "p")) == step.state
