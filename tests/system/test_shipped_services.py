"""Every vendor service that is shipped: hosted without a word of configuration, turned on with one click, fetched."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from support.office import Office, Phone
from support.server import RunningServer

SHIPPED = ("feed", "grandstream", "snom", "yealink")
PLACES = {"yealink": "Directory › Remote Phone Book"}


def test_each_shipped_service_is_hosted_needs_no_answer_and_serves_all_its_files(tmp_path: Path) -> None:
    with (
        RunningServer(tmp_path / "data", env={"PHONEBOOK_HOSTED_SERVICES": None}) as server,
        closing(Office(server)) as office,
    ):
        office.add("Anna", "200")
        for slug in SHIPPED:
            office.wait_until_linked(slug)
            office.decide(slug=slug)
        for slug in SHIPPED:
            access = office.wait_for("enabled", slug)["access"]
            assert access["place"] == PLACES.get(slug, "")
            phone = Phone(access["url"], access["username"], access["password"])
            for file in access["files"]:
                answer = phone.fetch(file["name"])
                assert (answer.status_code, "Anna" in answer.text) == (200, True), file
        listed = office.http.get("/api/v1/services").json()["items"]
        assert [each["slug"] for each in listed if each["linked"]] == list(SHIPPED)
