"""Mails in English."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from phonebook_server.mail.kind import Kind
from phonebook_server.mail.wording import Language, Wording

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_NOT_YOU: Final = (
    "You did not expect this mail? Then somebody else may have access to your account. Choose “Forgotten password” on "
    "the sign-in page of {public_url} at once, and tell your administrator."
)


def _tell_time(at: datetime) -> str:
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M} UTC"


ENGLISH: Final = Language(
    code="en",
    greeting="Hello {name},",
    greeting_nameless="Hello,",
    link_life="The link holds for {life}, until {until}, and works once.",
    switch_off=(
        "You get this mail because the notification “{notification}” is switched on for you. You can switch it off in "
        "your settings: {public_url}"
    ),
    sender="Sent by Phonebook: {public_url}",
    lives={Kind.REGISTER: "12 hours", Kind.RESET: "30 minutes", Kind.EMAIL_CONFIRM: "30 minutes"},
    notifications={
        Kind.SITE_ASSIGNED: "I was assigned to a site",
        Kind.PHONEBOOK_ADDED: "A phonebook was added to a site of mine",
        Kind.SERVICE_NEEDS_SETUP: "A vendor service needs setup again",
        Kind.NEW_DEVICE: "Sign-in from a new device",
        Kind.IMPORT_FINISHED: "An import has finished",
    },
    words={
        "role": {"viewer": "viewer", "editor": "editor", "manager": "manager"},
        "what": {
            "on": "Signing in to your account now takes a code from your app as well as the password.",
            "off": "The second factor of your account was switched off. The password alone is now enough to sign in.",
            "codes": "New recovery codes were made for your account. The old ones do not work any more.",
            "code_used": (
                "Somebody signed in to your account with one of its recovery codes in place of the app. That code does "
                "not work any more."
            ),
            "removed_by_administrator": (
                "An administrator removed the second factor of your account. The password alone is now enough to sign "
                "in. Set up a new second factor soon."
            ),
        },
    },
    wordings={
        Kind.REGISTER: Wording(
            subject="Your invitation to Phonebook",
            sentences=(
                (
                    "{inviter} has invited you to Phonebook, where your organisation keeps the contacts that its desk "
                    "phones show."
                ),
                "You will have access to: {sites}.",
                "Set your name and a password to begin:",
            ),
            button="Set my password",
            after=("Has it expired? Then ask for a new one on the page that the link opens.",),
            unexpected=(
                "You did not expect this mail? Then you need do nothing. Without your password there is no account."
            ),
        ),
        Kind.RESET: Wording(
            subject="Set a new password for Phonebook",
            sentences=(
                "Somebody, probably you, asked for a new password for your account.",
                "The request came from the address {address}.",
            ),
            button="Set a new password",
            unexpected=(
                "You did not expect this mail? Then you need do nothing: your password stays as it is. If it happens "
                "often, tell your administrator."
            ),
        ),
        Kind.EMAIL_CONFIRM: Wording(
            subject="Confirm your new e-mail address for Phonebook",
            sentences=(
                (
                    "You asked to use the address {email} for signing in to Phonebook. It holds as soon as you have "
                    "confirmed it:"
                ),
            ),
            button="Confirm this address",
            unexpected=(
                "You did not expect this mail? Then you need do nothing. Somebody may have mistyped their address."
            ),
        ),
        Kind.PASSWORD_CHANGED: Wording(
            subject="Your Phonebook password was changed",
            sentences=(
                "The password of your account was changed on {when}.",
                "The change came from the address {address}.",
                "You are signed out everywhere else.",
            ),
            unexpected=_NOT_YOU,
        ),
        Kind.EMAIL_CHANGE_ASKED: Wording(
            subject="Somebody asked to change your Phonebook e-mail address",
            sentences=(
                (
                    "Somebody who knows your password asked to change the e-mail address of your account from {old} to "
                    "{new}. It changes when the new address is confirmed; until then nothing is different."
                ),
            ),
            unexpected=(
                "It was not you? Then change your password at once, which ends the request, and tell your "
                "administrator."
            ),
        ),
        Kind.EMAIL_CHANGED: Wording(
            subject="Your Phonebook e-mail address was changed",
            sentences=(
                (
                    "The e-mail address of your account was changed from {old} to {new}. Sign in with the new one from "
                    "now on."
                ),
                "You are signed out everywhere else.",
            ),
            unexpected=(
                "You did not expect this mail? Then somebody else may have access to your account. Tell your "
                "administrator at once."
            ),
        ),
        Kind.SECOND_FACTOR_CHANGED: Wording(
            subject="The second factor of your Phonebook account was changed",
            sentences=("{what}",),
            unexpected=_NOT_YOU,
        ),
        Kind.TEST: Wording(
            subject="Test mail from Phonebook",
            sentences=("This is the test mail that an administrator asked for. Mails from Phonebook reach you.",),
            unexpected="You did not expect this mail? Then you need do nothing. Somebody may have mistyped an address.",
        ),
        Kind.SITE_ASSIGNED: Wording(
            subject="You now have access to {site}",
            sentences=("You now have access to the site “{site}”. Your role: {role}.", "Assigned by: {by}."),
            button="Open Phonebook",
            unexpected="You did not expect this mail? Then ask your administrator.",
        ),
        Kind.PHONEBOOK_ADDED: Wording(
            subject="New phonebook in {site}: {phonebook}",
            sentences=("The site “{site}” has a new phonebook: “{phonebook}”.", "Added by: {by}."),
            button="Open Phonebook",
            unexpected="You did not expect this mail? Then ask your administrator.",
        ),
        Kind.SERVICE_NEEDS_SETUP: Wording(
            subject="{service} needs setup again for {phonebook}",
            sentences=(
                (
                    "The vendor service “{service}” needs more settings for the phonebook “{phonebook}” (site "
                    "“{site}”). Until then the phones go on showing the contacts as they last were."
                ),
                "What is missing: {problems}",
            ),
            button="Open Phonebook",
            unexpected=(
                "You did not expect this mail? It is sent when a vendor service was updated and its settings are no "
                "longer complete."
            ),
        ),
        Kind.NEW_DEVICE: Wording(
            subject="New sign-in to your Phonebook account",
            sentences=(
                "Somebody signed in to your account from a device that was not used before.",
                "When: {when}",
                "Device: {device}",
                "Address: {address}",
                "If that was you, all is well.",
            ),
            unexpected=_NOT_YOU,
        ),
        Kind.IMPORT_FINISHED: Wording(
            subject="Import into {phonebook} has finished",
            sentences=(
                "The import into the phonebook “{phonebook}” (site “{site}”) has finished.",
                "File: {file}",
                "Created: {created}. Updated: {updated}. Unchanged: {unchanged}. Rejected: {rejected}.",
            ),
            button="Open Phonebook",
            unexpected="You did not expect this mail? Then ask your administrator who works in this phonebook.",
        ),
    },
    tell_time=_tell_time,
)
