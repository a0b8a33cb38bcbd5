"""`phonebook …` in a process of its own that need not load the program first: it is forked from one that has.

A test that is about how the program starts runs `PHONEBOOK` itself; all others are spared a second for each command.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn


class Commands:
    """The process that has the program loaded. One is enough for all tests of a worker; commands run one at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def run(
        self, args: Sequence[str], *, env: Mapping[str, str], cwd: Path, input: str | None, timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run `phonebook ARGS`. Raises TimeoutExpired; then the command was ended."""
        with self._lock, tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder, name) for name in ("in", "out", "err")]
            paths[0].write_text(input or "", encoding="utf-8")
            asked = {"args": list(args), "env": dict(env), "cwd": str(cwd), "files": [str(path) for path in paths]}
            process = self._started()
            assert process.stdin is not None
            assert process.stdout is not None
            ending = threading.Timer(timeout, process.kill)
            ending.start()
            try:
                process.stdin.write(json.dumps(asked) + "\n")
                process.stdin.flush()
                answer = process.stdout.readline()
            finally:
                ending.cancel()
            out, err = (path.read_text(encoding="utf-8") if path.exists() else "" for path in paths[1:])
            if not answer:
                self.close()
                raise subprocess.TimeoutExpired(["phonebook", *args], timeout, out, err)
            return subprocess.CompletedProcess(["phonebook", *args], json.loads(answer), out, err)

    def close(self) -> None:
        """End the process, and with it a command that runs."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            atexit.register(self.close)
        return self._process


COMMANDS: Final = Commands()


def _serve() -> None:
    """Fork for each command that is asked for, and answer with its exit code."""
    from phonebook_server.cli.root import COMMANDS as VERBS

    for place, _ in VERBS.values():
        importlib.import_module(place.partition(":")[0])
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(asked)
        _, status = os.waitpid(child, 0)
        print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)


def _run(asked: Mapping[str, Any]) -> NoReturn:
    """Be the command, and end."""
    from phonebook_server.cli.root import main

    code: Any = 1
    try:
        os.environ.clear()
        os.environ.update(asked["env"])
        os.chdir(asked["cwd"])
        for number, path in enumerate(asked["files"]):
            opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            os.dup2(opened, number)
            os.close(opened)
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115  # they are this process's own
            for number, mode in enumerate("rww")
        )
        sys.argv = ["phonebook", *asked["args"]]
        main()
        code = 0
    except SystemExit as error:
        code = error.code
    except BaseException:
        traceback.print_exc()
    if isinstance(code, str):
        print(code, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    _serve()
