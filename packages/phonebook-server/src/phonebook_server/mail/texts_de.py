"""Mails auf Deutsch."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from phonebook_server.mail.kind import Kind
from phonebook_server.mail.wording import Language, Wording

_MONTHS: Final = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)
_NOT_YOU: Final = (
    "Sie haben diese Mail nicht erwartet? Dann hat möglicherweise jemand anderes Zugriff auf Ihr Konto. Wählen Sie "
    "sofort auf der Anmeldeseite von {public_url} „Passwort vergessen“ und informieren Sie Ihre Administration."
)


def _tell_time(at: datetime) -> str:
    return f"{at.day}. {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M} Uhr (UTC)"


GERMAN: Final = Language(
    code="de",
    greeting="Guten Tag {name},",
    greeting_nameless="Guten Tag,",
    link_life="Der Link gilt {life}, bis {until}, und funktioniert nur einmal.",
    switch_off=(
        "Sie erhalten diese Mail, weil die Benachrichtigung „{notification}“ für Sie eingeschaltet ist. In Ihren "
        "Einstellungen unter {public_url} können Sie sie ausschalten."
    ),
    sender="Gesendet von Phonebook: {public_url}",
    lives={Kind.REGISTER: "12 Stunden", Kind.RESET: "30 Minuten", Kind.EMAIL_CONFIRM: "30 Minuten"},
    notifications={
        Kind.SITE_ASSIGNED: "Mir wurde ein Standort zugewiesen",
        Kind.PHONEBOOK_ADDED: "Ein Standort von mir hat ein neues Telefonbuch",
        Kind.SERVICE_NEEDS_SETUP: "Ein Herstellerdienst muss neu eingerichtet werden",
        Kind.NEW_DEVICE: "Anmeldung mit einem neuen Gerät",
        Kind.IMPORT_FINISHED: "Ein Import ist abgeschlossen",
    },
    words={
        "role": {
            "viewer": "Lesen (viewer)",
            "editor": "Bearbeiten (editor)",
            "manager": "Verwalten (manager)",
        },
        "what": {
            "on": "Zur Anmeldung an Ihrem Konto gehört ab jetzt außer dem Passwort auch ein Code aus Ihrer App.",
            "off": "Der zweite Faktor Ihres Kontos wurde ausgeschaltet. Zur Anmeldung genügt jetzt das Passwort.",
            "codes": "Für Ihr Konto wurden neue Wiederherstellungscodes erzeugt. Die alten gelten nicht mehr.",
            "code_used": (
                "Jemand hat sich an Ihrem Konto mit einem Wiederherstellungscode statt mit der App angemeldet. Dieser "
                "Code gilt nicht mehr."
            ),
            "removed_by_administrator": (
                "Die Administration hat den zweiten Faktor Ihres Kontos entfernt. Zur Anmeldung genügt jetzt das "
                "Passwort. Richten Sie bald einen neuen zweiten Faktor ein."
            ),
        },
    },
    wordings={
        Kind.REGISTER: Wording(
            subject="Ihre Einladung zu Phonebook",
            sentences=(
                (
                    "{inviter} hat Sie zu Phonebook eingeladen. Dort pflegt Ihre Organisation die Kontakte, die ihre "
                    "Tischtelefone anzeigen."
                ),
                "Sie erhalten Zugang zu: {sites}.",
                "Legen Sie Ihren Namen und ein Passwort fest, um zu beginnen:",
            ),
            button="Passwort festlegen",
            after=("Ist der Link abgelaufen? Dann fordern Sie auf der Seite, die er öffnet, einen neuen an.",),
            unexpected=(
                "Sie haben diese Mail nicht erwartet? Dann müssen Sie nichts tun. Ohne Ihr Passwort entsteht kein "
                "Konto."
            ),
        ),
        Kind.RESET: Wording(
            subject="Neues Passwort für Phonebook festlegen",
            sentences=(
                "Jemand, vermutlich Sie selbst, hat für Ihr Konto ein neues Passwort angefordert.",
                "Die Anfrage kam von der Adresse {address}.",
            ),
            button="Neues Passwort festlegen",
            unexpected=(
                "Sie haben diese Mail nicht erwartet? Dann müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist. "
                "Wenn das öfter vorkommt, informieren Sie Ihre Administration."
            ),
        ),
        Kind.EMAIL_CONFIRM: Wording(
            subject="Bestätigen Sie Ihre neue E-Mail-Adresse für Phonebook",
            sentences=(
                (
                    "Sie möchten sich bei Phonebook künftig mit der Adresse {email} anmelden. Sie gilt, sobald Sie sie "
                    "bestätigt haben:"
                ),
            ),
            button="Adresse bestätigen",
            unexpected=(
                "Sie haben diese Mail nicht erwartet? Dann müssen Sie nichts tun. Vielleicht hat sich jemand bei "
                "seiner Adresse vertippt."
            ),
        ),
        Kind.PASSWORD_CHANGED: Wording(
            subject="Ihr Phonebook-Passwort wurde geändert",
            sentences=(
                "Das Passwort Ihres Kontos wurde geändert: {when}.",
                "Die Änderung kam von der Adresse {address}.",
                "Überall sonst sind Sie jetzt abgemeldet.",
            ),
            unexpected=_NOT_YOU,
        ),
        Kind.EMAIL_CHANGE_ASKED: Wording(
            subject="Ihre E-Mail-Adresse bei Phonebook soll geändert werden",
            sentences=(
                (
                    "Jemand, der Ihr Passwort kennt, möchte die E-Mail-Adresse Ihres Kontos von {old} in {new} ändern. "
                    "Sie ändert sich, sobald die neue Adresse bestätigt ist; bis dahin bleibt alles, wie es ist."
                ),
            ),
            unexpected=(
                "Das waren nicht Sie? Dann ändern Sie sofort Ihr Passwort, damit ist die Änderung hinfällig, und "
                "informieren Sie Ihre Administration."
            ),
        ),
        Kind.EMAIL_CHANGED: Wording(
            subject="Ihre E-Mail-Adresse bei Phonebook wurde geändert",
            sentences=(
                (
                    "Die E-Mail-Adresse Ihres Kontos wurde von {old} in {new} geändert. Melden Sie sich ab jetzt mit "
                    "der neuen an."
                ),
                "Überall sonst sind Sie jetzt abgemeldet.",
            ),
            unexpected=(
                "Sie haben diese Mail nicht erwartet? Dann hat möglicherweise jemand anderes Zugriff auf Ihr Konto. "
                "Informieren Sie sofort Ihre Administration."
            ),
        ),
        Kind.SECOND_FACTOR_CHANGED: Wording(
            subject="Der zweite Faktor Ihres Phonebook-Kontos wurde geändert",
            sentences=("{what}",),
            unexpected=_NOT_YOU,
        ),
        Kind.TEST: Wording(
            subject="Testmail von Phonebook",
            sentences=(
                "Dies ist die Testmail, die die Administration angefordert hat. Mails von Phonebook kommen an.",
            ),
            unexpected=(
                "Sie haben diese Mail nicht erwartet? Dann müssen Sie nichts tun. Vielleicht hat sich jemand bei einer "
                "Adresse vertippt."
            ),
        ),
        Kind.SITE_ASSIGNED: Wording(
            subject="Sie haben jetzt Zugang zu {site}",
            sentences=(
                "Sie haben jetzt Zugang zum Standort „{site}“. Ihre Rolle: {role}.",
                "Zugewiesen von: {by}.",
            ),
            button="Phonebook öffnen",
            unexpected="Sie haben diese Mail nicht erwartet? Dann fragen Sie Ihre Administration.",
        ),
        Kind.PHONEBOOK_ADDED: Wording(
            subject="Neues Telefonbuch in {site}: {phonebook}",
            sentences=(
                "Der Standort „{site}“ hat ein neues Telefonbuch: „{phonebook}“.",
                "Hinzugefügt von: {by}.",
            ),
            button="Phonebook öffnen",
            unexpected="Sie haben diese Mail nicht erwartet? Dann fragen Sie Ihre Administration.",
        ),
        Kind.SERVICE_NEEDS_SETUP: Wording(
            subject="{service} muss für {phonebook} neu eingerichtet werden",
            sentences=(
                (
                    "Der Herstellerdienst „{service}“ braucht für das Telefonbuch „{phonebook}“ (Standort „{site}“) "
                    "weitere Einstellungen. Bis dahin zeigen die Telefone die Kontakte in ihrem letzten Stand."
                ),
                "Was fehlt: {problems}",
            ),
            button="Phonebook öffnen",
            unexpected=(
                "Sie haben diese Mail nicht erwartet? Sie wird gesendet, wenn ein Herstellerdienst aktualisiert wurde "
                "und seine Einstellungen nicht mehr vollständig sind."
            ),
        ),
        Kind.NEW_DEVICE: Wording(
            subject="Neue Anmeldung an Ihrem Phonebook-Konto",
            sentences=(
                "Jemand hat sich mit einem bisher nicht verwendeten Gerät an Ihrem Konto angemeldet.",
                "Wann: {when}",
                "Gerät: {device}",
                "Adresse: {address}",
                "Wenn Sie das waren, ist alles in Ordnung.",
            ),
            unexpected=_NOT_YOU,
        ),
        Kind.IMPORT_FINISHED: Wording(
            subject="Der Import in {phonebook} ist abgeschlossen",
            sentences=(
                "Der Import in das Telefonbuch „{phonebook}“ (Standort „{site}“) ist abgeschlossen.",
                "Datei: {file}",
                "Angelegt: {created}. Geändert: {updated}. Unverändert: {unchanged}. Abgelehnt: {rejected}.",
            ),
            button="Phonebook öffnen",
            unexpected=(
                "Sie haben diese Mail nicht erwartet? Dann fragen Sie Ihre Administration, wer in diesem Telefonbuch "
                "arbeitet."
            ),
        ),
    },
    tell_time=_tell_time,
)
