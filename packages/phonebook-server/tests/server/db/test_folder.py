"""The data folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from phonebook_core.errors import ConfigError
from phonebook_server.db.folder import file_system, prepare_data_dir

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / {share} rw shared:7 - {kind} server:/export rw,vers=4.2
31 30 8:2 / {share}/local\\040disk rw - xfs /dev/sdb1 rw
broken line
"""


def mounts(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / "mountinfo"
    path.write_text(MOUNTS.format(share=tmp_path / "share", kind=kind))
    return path


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs"])
def test_a_network_file_system_is_refused_with_a_sentence(tmp_path: Path, kind: str) -> None:
    with pytest.raises(ConfigError, match=f"network file system \\({kind}\\).*local disk"):
        prepare_data_dir(tmp_path / "share" / "phonebook", mounts=mounts(tmp_path, kind))


def test_a_local_disk_below_a_network_one_is_fine(tmp_path: Path) -> None:
    folder = tmp_path / "share" / "local disk" / "phonebook"
    prepare_data_dir(folder, mounts=mounts(tmp_path, "nfs4"))
    assert file_system(folder, mounts=mounts(tmp_path, "nfs4")) == "xfs"
    assert file_system(tmp_path, mounts=mounts(tmp_path, "nfs4")) == "ext4"


def test_where_mounts_cannot_be_told_the_folder_is_believed(tmp_path: Path) -> None:
    assert file_system(tmp_path, mounts=tmp_path / "missing") == ""


def test_the_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    prepare_data_dir(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be made"):
        prepare_data_dir(tmp_path / "file" / "data")
