"""The data folder: made when missing, readable by its owner only, and on a disk that SQLite can trust."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from phonebook_core.errors import ConfigError, Problem

NETWORK_FILE_SYSTEMS: Final = frozenset(
    {"afs", "cifs", "davfs", "fuse.davfs2", "fuse.gvfsd-fuse", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "ncpfs"}
    | {"nfs", "nfs3", "nfs4", "smb2", "smb3", "smbfs"}
)
"""File systems whose locks SQLite cannot rely on: two writers there can destroy the file."""
MOUNTS: Final = Path("/proc/self/mountinfo")
VARIABLE: Final = "PHONEBOOK_DATA_DIR"


def prepare_data_dir(path: Path, *, mounts: Path = MOUNTS) -> None:
    """Make the folder ready for use. Raises ConfigError when it cannot be written or is on a network file system."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _wrong(
            f"The folder {path} cannot be made: {_reason(error)}. Name another, or make it yourself."
        ) from None
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise _wrong(f"The folder {path} cannot be written by this user. Change its owner, or name another folder.")
    kind = file_system(path, mounts=mounts)
    if kind in NETWORK_FILE_SYSTEMS:
        raise _wrong(
            f"The folder {path} is on a network file system ({kind}), where SQLite can lose or destroy data. "
            "Name a folder on a local disk."
        )


def file_system(path: Path, *, mounts: Path = MOUNTS) -> str:
    """The kind of file system that holds `path`, as Linux names it; empty where that cannot be told."""
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    folder, best, kind = path.resolve(), -1, ""
    for line in lines:
        before, separator, after = line.partition(" - ")
        fields = before.split(" ")
        if not separator or len(fields) < 5:
            continue
        mounted_at = Path(_unescape(fields[4]))
        if folder.is_relative_to(mounted_at) and len(mounted_at.parts) >= best:  # a later mount hides an earlier one
            best, kind = len(mounted_at.parts), after.split(" ")[0]
    return kind


def _unescape(text: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text


def _reason(error: OSError) -> str:
    return (error.strerror or "the system refused").lower()


def _wrong(message: str) -> ConfigError:
    return ConfigError([Problem(field=VARIABLE, message=message)])
