"""The machine that measures: its cores, what it is, what is installed, and the tools it needs."""

from __future__ import annotations

import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Final

_ALLOWED: Final = sorted(os.sched_getaffinity(0))
SERVER_CORE: Final = _ALLOWED[0]
"""Everything that answers is pinned here."""
LOAD_CORE: Final = _ALLOWED[-1]
"""Everything that asks is pinned here."""
_TOOLS: Final = {"wrk": "wrk", "nginx": "nginx-light", "openssl": "openssl"}
"""Commands that are needed, and the Debian packages that have them."""
_PACKAGES: Final = ("granian", "litestar", "msgspec", "SQLAlchemy")


def on_core(core: int, *command: str | Path) -> list[str]:
    """The command, pinned to a core."""
    return ["taskset", "-c", str(core), *map(str, command)]


def find_tool(name: str) -> str:
    """The path of a command. Ends the program with a sentence when it is not there."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if path is None:
        sys.exit(
            f"{name} is not installed. Install it (Debian: apt-get install {_TOOLS.get(name, name)}) and try again."
        )
    return path


def install_tools() -> None:
    """Install what is missing with apt, as root or with sudo; else end with a sentence that says what to install."""
    search = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    missing = [package for tool, package in _TOOLS.items() if shutil.which(tool, path=search) is None]
    if not missing:
        return
    elevate = [] if os.geteuid() == 0 else ["sudo", "-n"]
    possible = shutil.which("apt-get") and (not elevate or shutil.which("sudo"))
    if not possible:
        sys.exit(f"The benchmarks need {', '.join(missing)}. Install these packages and try again.")
    print(f"Installing {', '.join(missing)} …", flush=True)
    install = [*elevate, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if subprocess.run(install, env=env, capture_output=True, check=False).returncode:
        subprocess.run([*elevate, "apt-get", "update", "-qq"], capture_output=True, check=False)
        if subprocess.run(install, env=env, check=False).returncode:
            sys.exit(f"The benchmarks need {', '.join(missing)}. Install these packages and try again.")
    if "nginx-light" in missing and shutil.which("systemctl"):  # the package starts one on port 80, which nobody wants
        subprocess.run([*elevate, "systemctl", "disable", "--now", "nginx"], capture_output=True, check=False)


def describe() -> dict[str, str]:
    """What was measured on and with: nothing that names the machine."""
    cpuinfo = Path("/proc/cpuinfo").read_text(errors="replace")
    model = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return {
        "cores": str(os.cpu_count()),
        "cpu": model[1].strip() if model else platform.machine(),
        "memory": f"{int(memory[1]) / 1024**2:.1f} GiB" if memory else "?",
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        **{name.lower(): version(name) for name in _PACKAGES},
        "nginx": _first_line("nginx", "-v").rpartition("/")[2],
        "wrk": _first_line("wrk", "-v").split(" [")[0].removeprefix("wrk "),
    }


class Others:
    """How much of the machine's processor time others use, from now on."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._before = busy_seconds() - _own_seconds()

    def percent(self) -> float:
        """Percent of all cores; ask when everything that was started has ended, as running children are others, too."""
        used = busy_seconds() - _own_seconds() - self._before
        return max(0.0, 100 * used / (time.monotonic() - self._began) / (os.cpu_count() or 1))


def busy_seconds() -> float:
    """Processor time that the whole machine has used, of all cores together."""
    user, nice, system, _, _, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _first_line(tool: str, option: str) -> str:
    path = shutil.which(tool, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if path is None:
        return "not installed"
    result = subprocess.run([path, option], capture_output=True, text=True, check=False)
    return (result.stdout + result.stderr).strip().partition("\n")[0]
