import { defineTexts } from '~/i18n/texts';

import type { Said } from './values';

/** What is wrong, by the server's code: in a few words, and below it (`…Do`) what to do. */
export const texts = defineTexts(
  {
    ok: () => 'Loads the phonebook',
    okDo: () => 'All is well.',
    no_credentials: () => 'Asks without user name and password',
    no_credentialsDo: () =>
      'Enter both on the phone. If it has no fields for them, use the address with user name and password in it: it is on the set-up page.',
    cannot_send_credentials: (v: Said) => `Asks without a password: firmware ${v.text('firmware')} cannot send one`,
    cannot_send_credentialsDo: (v: Said) =>
      `Firmware before ${v.text('since')} has no fields for user name and password. Update it, or enter the address with both in it: it is on the set-up page.`,
    wrong_password: () => 'Sends a wrong user name or password',
    wrong_passwordDo: (v: Said) => `Last ${v.ago('at')}. Enter both again, or copy them; a space too many is enough to be wrong.`,
    former_password: () => 'Still sends the password from before',
    former_passwordDo: (v: Said) =>
      v.isAhead('until')
        ? `It works until ${v.moment('until')}. Enter the new one before then.`
        : `The password was changed ${v.ago('rotated_at')}, and the old one is refused. Enter the new one.`,
    throttled: () => 'Sent many wrong passwords',
    throttledDo: (v: Said) =>
      `Last ${v.ago('at')}; it is slowed down for a while. Enter the right password: that works at once.`,
    service_off: (v: Said) => `${v.text('service')} is turned off`,
    service_offDo: () => 'Turn it on under Vendor services, or take the address out of the phone.',
    service_was_off: (v: Said) => `${v.text('service')} was turned off when it asked`,
    service_was_offDo: () => 'It is on again: the phone gets the phonebook with its next request.',
    service_unavailable: (v: Said) =>
      v.text('state') === 'unavailable'
        ? `${v.text('service')} is not running`
        : `${v.text('service')} had no phonebook for it`,
    service_unavailableDo: (v: Said) => {
      if (v.text('state') === 'setup') return 'The service waits for settings. Fill them in under Vendor services.';
      if (v.text('state') === 'enabled') return 'It was not ready yet. The phone gets the phonebook with its next request.';
      return `It was last there ${v.ago('seen_at')}. Until it is back phones keep what they have. Vendor services says what to do.`;
    },
    not_found_path: (v: Said) => `Asks for “${v.text('file')}”, which does not exist`,
    not_found_pathDo: (v: Said) => `The end of the address on the phone is wrong. There are: ${v.text('files')}.`,
    failed: (v: Said) => `Its last request failed (status ${v.text('status')})`,
    failedDo: () => 'It asks again by itself. When that stays, tell whoever runs the server, with the status.',
    never_fetched: () => 'Has never got the phonebook',
    never_fetchedDo: () => 'It gets it with its next request after the reason is mended.',
    stale: () => 'Has not asked for a long time',
    staleDo: (v: Said) =>
      `Last ${v.ago('last_at')}${v.has('every_seconds') ? `; usually it asks ${v.every('every_seconds')}` : ''}. Is it switched on and in the network, and does it still have this address?`,
    old_book: () => 'Shows an old state of the phonebook',
    old_bookDo: (v: Said) =>
      `${v.has('stale_since') ? `There is a newer one since ${v.moment('stale_since')}. ` : ''}It comes with the next request; opening the phonebook on the phone fetches it as well.`,
    book_ok: () => 'Phones can load this phonebook',
    book_okDo: () => 'Nothing is known that would keep them from it.',
    book_no_service: () => 'No vendor service is turned on',
    book_no_serviceDo: () => 'No phone can load this phonebook yet. Turn on the service of your phones’ brand.',
    book_service_unavailable: (v: Said) => `${v.text('service')} is not running`,
    book_service_unavailableDo: (v: Said) =>
      `It was last there ${v.ago('seen_at')}. Phones keep what they have; changes reach them when it runs again. Vendor services says what to do.`,
    book_service_setup: (v: Said) => `${v.text('service')} waits for settings`,
    book_service_setupDo: () => 'Its phones get nothing until the settings are filled in under Vendor services.',
    book_url_loopback: () => 'Only this computer can reach the server',
    book_url_loopbackDo: (v: Said) =>
      `Phones are told the address ${v.text('url')}, which means “myself” to each of them. Whoever runs the server sets PHONEBOOK_PUBLIC_URL to its address in the network.`,
    book_url_plain: () => 'The way to the phones is not encrypted',
    book_url_plainDo: (v: Said) =>
      `Phones fetch from ${v.text('url')} by http, so password and contacts can be read on the way. In a network of your own that may do; over the internet use https.`,
    book_never_fetched: () => 'No phone has asked yet',
    book_never_fetchedDo: () =>
      'All is ready here. Enter address, user name and password on a phone, or try it with the test below. If nothing appears here then, the phone does not reach this server.',
    book_empty_book: () => 'The phonebook is empty',
    book_empty_bookDo: () => 'Phones load it and show nothing in it. Add contacts with numbers.',
  },
  {
    ok: () => 'Lädt das Telefonbuch',
    okDo: () => 'Alles in Ordnung.',
    no_credentials: () => 'Fragt ohne Benutzername und Passwort',
    no_credentialsDo: () =>
      'Tragen Sie beides am Telefon ein. Hat es keine Felder dafür, nehmen Sie die Adresse mit Benutzername und Passwort darin: Sie steht auf der Einrichtungsseite.',
    cannot_send_credentials: (v: Said) => `Fragt ohne Passwort: Firmware ${v.text('firmware')} kann keines senden`,
    cannot_send_credentialsDo: (v: Said) =>
      `Firmware vor ${v.text('since')} hat keine Felder für Benutzername und Passwort. Aktualisieren Sie sie, oder tragen Sie die Adresse mit beidem darin ein: Sie steht auf der Einrichtungsseite.`,
    wrong_password: () => 'Sendet einen falschen Benutzernamen oder ein falsches Passwort',
    wrong_passwordDo: (v: Said) =>
      `Zuletzt ${v.ago('at')}. Tragen Sie beides neu ein, oder kopieren Sie es; ein Leerzeichen zu viel genügt.`,
    former_password: () => 'Sendet noch das vorige Passwort',
    former_passwordDo: (v: Said) =>
      v.isAhead('until')
        ? `Es gilt noch bis ${v.moment('until')}. Tragen Sie bis dahin das neue ein.`
        : `Das Passwort wurde ${v.ago('rotated_at')} geändert, das alte wird abgewiesen. Tragen Sie das neue ein.`,
    throttled: () => 'Hat viele falsche Passwörter gesendet',
    throttledDo: (v: Said) =>
      `Zuletzt ${v.ago('at')}; es wird eine Weile gebremst. Tragen Sie das richtige Passwort ein: Das gilt sofort.`,
    service_off: (v: Said) => `${v.text('service')} ist ausgeschaltet`,
    service_offDo: () => 'Schalten Sie den Dienst unter „Hersteller-Dienste“ ein, oder nehmen Sie die Adresse aus dem Telefon.',
    service_was_off: (v: Said) => `${v.text('service')} war ausgeschaltet, als es fragte`,
    service_was_offDo: () => 'Er ist wieder an: Das Telefon bekommt das Telefonbuch mit der nächsten Anfrage.',
    service_unavailable: (v: Said) =>
      v.text('state') === 'unavailable'
        ? `${v.text('service')} läuft nicht`
        : `${v.text('service')} hatte kein Telefonbuch für es`,
    service_unavailableDo: (v: Said) => {
      if (v.text('state') === 'setup') return 'Der Dienst wartet auf Einstellungen. Füllen Sie sie unter „Hersteller-Dienste“ aus.';
      if (v.text('state') === 'enabled') return 'Er war noch nicht bereit. Das Telefon bekommt das Telefonbuch mit der nächsten Anfrage.';
      return `Zuletzt da war er ${v.ago('seen_at')}. Bis er wieder da ist, behalten die Telefone, was sie haben. Was zu tun ist, steht unter „Hersteller-Dienste“.`;
    },
    not_found_path: (v: Said) => `Fragt nach „${v.text('file')}“, das es nicht gibt`,
    not_found_pathDo: (v: Said) => `Das Ende der Adresse am Telefon stimmt nicht. Es gibt: ${v.text('files')}.`,
    failed: (v: Said) => `Die letzte Anfrage ist fehlgeschlagen (Status ${v.text('status')})`,
    failedDo: () => 'Es fragt von selbst wieder. Bleibt das so, sagen Sie es dem Betreiber des Servers, mit dem Status.',
    never_fetched: () => 'Hat das Telefonbuch noch nie bekommen',
    never_fetchedDo: () => 'Es bekommt es bei der nächsten Anfrage, wenn der Grund behoben ist.',
    stale: () => 'Hat lange nicht gefragt',
    staleDo: (v: Said) =>
      `Zuletzt ${v.ago('last_at')}${v.has('every_seconds') ? `; sonst fragt es ${v.every('every_seconds')}` : ''}. Ist es an und im Netz, und steht diese Adresse noch darin?`,
    old_book: () => 'Zeigt einen alten Stand des Telefonbuchs',
    old_bookDo: (v: Said) =>
      `${v.has('stale_since') ? `Einen neueren gibt es seit ${v.moment('stale_since')}. ` : ''}Er kommt mit der nächsten Anfrage; auch beim Öffnen des Telefonbuchs am Telefon wird er geholt.`,
    book_ok: () => 'Telefone können dieses Telefonbuch laden',
    book_okDo: () => 'Es ist nichts bekannt, was sie daran hindert.',
    book_no_service: () => 'Kein Hersteller-Dienst ist eingeschaltet',
    book_no_serviceDo: () => 'Noch kann kein Telefon dieses Telefonbuch laden. Schalten Sie den Dienst für die Marke Ihrer Telefone ein.',
    book_service_unavailable: (v: Said) => `${v.text('service')} läuft nicht`,
    book_service_unavailableDo: (v: Said) =>
      `Zuletzt da war er ${v.ago('seen_at')}. Die Telefone behalten, was sie haben; Änderungen kommen an, sobald er wieder läuft. Was zu tun ist, steht unter „Hersteller-Dienste“.`,
    book_service_setup: (v: Said) => `${v.text('service')} wartet auf Einstellungen`,
    book_service_setupDo: () => 'Diese Telefone bekommen nichts, bis die Einstellungen unter „Hersteller-Dienste“ ausgefüllt sind.',
    book_url_loopback: () => 'Nur dieser Computer selbst erreicht den Server',
    book_url_loopbackDo: (v: Said) =>
      `Den Telefonen wird die Adresse ${v.text('url')} genannt; für jedes bedeutet sie „ich selbst“. Der Betreiber des Servers setzt PHONEBOOK_PUBLIC_URL auf seine Adresse im Netz.`,
    book_url_plain: () => 'Der Weg zu den Telefonen ist nicht verschlüsselt',
    book_url_plainDo: (v: Said) =>
      `Die Telefone laden von ${v.text('url')} über http; Passwort und Kontakte können unterwegs mitgelesen werden. Im eigenen Netz mag das gehen; über das Internet nehmen Sie https.`,
    book_never_fetched: () => 'Noch kein Telefon hat gefragt',
    book_never_fetchedDo: () =>
      'Hier ist alles bereit. Tragen Sie Adresse, Benutzername und Passwort an einem Telefon ein, oder versuchen Sie es mit dem Test unten. Erscheint dann hier nichts, erreicht das Telefon diesen Server nicht.',
    book_empty_book: () => 'Das Telefonbuch ist leer',
    book_empty_bookDo: () => 'Die Telefone laden es und zeigen nichts darin. Fügen Sie Kontakte mit Nummern hinzu.',
  },
);
