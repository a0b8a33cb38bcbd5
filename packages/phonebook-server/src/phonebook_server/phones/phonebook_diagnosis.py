"""Why no phone loads a phonebook, whether or not one was ever seen. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from phonebook_core.vendor_link.lifecycle import State
from phonebook_server.phones.finding import Finding, ServiceAround, Severity, service_unavailable, worst_first


def diagnose_phonebook(
    services: Sequence[ServiceAround], *, urls: Sequence[str], loopback: Sequence[str], has_phones: bool,
    has_success: bool, is_empty: bool,
) -> list[Finding]:  # fmt: skip
    """What there is to say about a phonebook as a whole, the worst first; never nothing.

    `urls` are the addresses that phones get, `loopback` those of them that only this machine reaches.
    """
    found: list[Finding] = []
    on = [service for service in services if service.on]
    if not on:
        message = "No vendor service is turned on for this phonebook, so no phone can get it. Turn one on."
        found.append(Finding(code="no_service", severity=Severity.WARNING, message=message))
    for service in on:
        if service.state is State.UNAVAILABLE:
            found.append(service_unavailable(service, Severity.ERROR))
        elif service.state is not State.ENABLED:
            message = f"{service.label} is turned on but waits for its settings. Fill them in."
            values = {"service": service.label}
            found.append(Finding(code="service_setup", severity=Severity.ERROR, message=message, values=values))
    if on and not has_success:
        for url in loopback:
            message = (
                f"Phones cannot reach {url}: it is this machine only. Set PHONEBOOK_PUBLIC_URL to the address that "
                "they reach, and give them the new one."
            )
            found.append(Finding(code="url_loopback", severity=Severity.ERROR, message=message, values={"url": url}))
    enabled = [service.label for service in on if service.state is State.ENABLED]
    if enabled and not has_phones:
        message = (
            "No phone has asked yet. Enter the address, user name and password in a phone. If nothing appears here, "
            "the phone does not reach the address: open it in a browser in the phone's network."
        )
        reach = {"services": enabled, "urls": list(urls)}
        found.append(Finding(code="never_fetched", severity=Severity.WARNING, message=message, values=reach))
    if is_empty:
        message = "The phonebook is empty, so phones show nothing in it. Add a contact."
        found.append(Finding(code="empty_book", severity=Severity.WARNING, message=message))
    for url in urls:
        if url.startswith("http://") and url not in loopback:
            message = f"{url} is not encrypted: passwords and contacts can be read on the way. Use https."
            found.append(Finding(code="url_plain", severity=Severity.INFO, message=message, values={"url": url}))
    fine = Finding(code="ok", severity=Severity.OK, message="Phones can get this phonebook.")
    if all(finding.severity is Severity.INFO for finding in found):
        found.append(fine)
    return worst_first(found)
