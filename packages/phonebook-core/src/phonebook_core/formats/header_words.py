"""What the columns of contact files are called, in the languages and by the programs that people export from.

The programs: Google, Outlook (en, de, fr, es), spreadsheets, and the telephone systems FreePBX, 3CX, Yeastar, Cisco,
Grandstream, Snom and Wazo. Words are compared as `mapping.normal` reduces them, that is without case, accents, spaces
and punctuation, so that `First Name`, `FirstName` and `first_name` are one.
"""

from __future__ import annotations

from typing import Final

FIELDS: Final = {
    "display_name": "Display Name|Full Name|Contact Name|Contact|Anzeigename|Angezeigter Name|Vollständiger Name"
    "|Kontakt|Kontaktname|Nom complet|Nom affiché|Nom d'affichage|Nombre completo|Nombre para mostrar|Contacto",
    "given_name": "First Name|Given Name|Forename|First|Vorname|fname|Rufname|Prénom|Nombre de pila",
    "middle_name": "Middle Name|Additional Name|Weitere Vornamen|Zweiter Vorname|Deuxième prénom|Segundo nombre",
    "family_name": "Last Name|Family Name|Surname|Last|Nachname|lname|Familienname|Zuname|Nom de famille|Apellido"
    "|Apellidos",
    "name": "Name|Nom|Nombre",
    "organization": "Company|Company Name|Organization|Organisation|Society|Corporation|Unternehmensname"
    "|Organization Name|Organisation Name|Firma|Firmenname|Unternehmen|Société|Entreprise|Nom de l'entreprise"
    "|Nom de la société|Empresa|Compañía|Organización|Organización Nombre",
    "department": "Department|Organization Department|Abteilung|Service|Département|Departamento",
    "title": "Job Title|Organization Title|Position|Role|Job|Berufsbezeichnung|Stellenbezeichnung|Intitulé du poste"
    "|Funktion|Fonction|Poste occupé|Cargo|Puesto",
    "maybe_title": "Title|Titel|Titre|Título",
    "note": "Note|Notes|Comment|Comments|Remark|Remarks|Description|Beschreibung|Notiz|Notizen|Bemerkung|Bemerkungen"
    "|Kommentar|Anmerkungen|Remarque|Remarques|Commentaire|Nota|Notas|Comentarios",
    "groups": "Group|Groups|Category|Categories|Labels|Tags|Group Membership|Gruppe|Gruppen|Kategorie|Kategorien"
    "|Groupe|Groupes|Catégorie|Catégories|Grupo|Grupos|Categoría|Categorías",
    "meta": "Meta",
    "external_id": "External ID|UID|Contact ID|Unique ID|Kontakt-ID|ID du contact|Externe ID|ID externe|ID externo",
}
# Not here: `Private` and `Office` alone, which are a flag and a place in Outlook, and `ID`, which is often a line.
NUMBERS: Final = {
    "": "Phone|Phone Number|Phone No|Telephone|Telephone Number|Tel|Tel No|Tel Nr|Number|Primary Number|Telefon"
    "|Telefonnummer|Telefon Nr|Rufnummer|Nummer|Téléphone|Numéro|Numéro de téléphone|Teléfono|Número"
    "|Número de teléfono",
    "Work": "Work|Work Phone|Work Number|Business|Business Phone|Business Number|Office Phone|Office Number"
    "|Company Number|Geschäftsnummer|Dienstnummer|Büronummer|Telefon Geschäft|Numéro professionnel|Numéro de bureau"
    "|Tél. fixe pro|Telefon geschäftlich|Telefon geschaeftlich|Geschäftlich|Geschaeftlich|Telefon dienstlich"
    "|Dienstlich|Telefon Büro|Arbeit|Telefon Arbeit|Téléphone (bureau)|Tél. bureau|Téléphone professionnel"
    "|Tél. professionnel|Professionnel|Teléfono del trabajo|Teléfono trabajo|Trabajo|Teléfono de la oficina"
    "|Teléfono oficina",
    "Mobile": "Mobile|Mobile Phone|Mobile Number|Cell|Cell Phone|Cellphone|Cell Number|Handy Nr|Mobilrufnummer|GSM"
    "|Mobil|Mobiltelefon|Mobilnummer|Mobil Nr|Handy|Handynummer|Telefon mobil|Tél. mobile|Téléphone mobile|Portable"
    "|Numéro mobile|Numéro de portable|Tél. portable|Téléphone portable|Móvil|Teléfono móvil|Celular",
    "Home": "Home|Home Phone|Home Number|Private Phone|Private Number|Private Nummer|Numéro du domicile|Numéro privé"
    "|Fixe|Telefon privat|Privatnummer|Festnetz|Téléphone (domicile)|Tél. domicile|Domicile|Téléphone privé|Casa"
    "|Particular|Teléfono particular|Teléfono de casa|Teléfono casa",
    "Main": "Main|Main Number|Main Phone|Company Main Phone|Company Phone|Primary Phone|Telefon Firma|Haupttelefon"
    "|Zentrale|Téléphone société|Téléphone principal|Teléfono principal|Centralita|Tel. principal de la organización",
    "Extension": "Extension|Ext|Ext No|Extension Number|Nebenstellennummer|Internal|Internal Number|Durchwahl"
    "|Nebenstelle|Intern|Interne Nummer|Poste|Numéro interne|Interne|Extensión|Interno",
    "Fax": "Fax|Fax Number|Other Fax|Telefax|Weiteres Fax|Faxnummer|Télécopie|Télécopie (autre)|Otro fax",
    "Work Fax": "Business Fax|Work Fax|Office Fax|Geschäftsfax|Fax professionnel|Fax geschäftlich|Fax geschaeftlich"
    "|Fax dienstlich|Télécopie (bureau)|Fax bureau|Fax del trabajo",
    "Home Fax": "Home Fax|Fax privat|Privatfax|Privates Fax|Fax du domicile|Télécopie (domicile)|Fax domicile"
    "|Fax particular",
    "Other": "Other Phone|Weiteres Telefon|Other|Other Number|Andere Nummer|Weitere Nummer|Sonstige Nummer"
    "|Autre numéro|Téléphone (autre)|Otro teléfono",
    "Pager": "Pager|Récepteur de radiomessagerie|Récepteur de messages|Localizador|Buscapersonas",
    "Car": "Car Phone|Autotelefon|Téléphone (voiture)|Teléfono del automóvil",
    "Assistant": "Assistant's Phone|Assistant Phone|Telefon Assistent|Téléphone de l'assistant(e)|Téléphone assistant"
    "|Teléfono del ayudante",
    "Callback": "Callback|Rückmeldung|Rappel|Devolución de llamada",
    "Radio": "Radio Phone|Radio téléphone|Radiotéléphone|Radioteléfono",
    "ISDN": "ISDN|RNIS|RDSI",
    "Telex": "Telex|Télex",
    "TTY": "TTY/TDD Phone|Telefon für Hörbehinderte|Téléphone TDD/TTY|TTY/TDD",
}
EMAILS: Final = {
    "": "E-mail|Mail|E-mail Address|Mail Address|E-Mail-Adresse|Mailadresse|Adresse e-mail|Adresse mail"
    "|Adresse de messagerie|Courriel|Correo|Correo electrónico|Dirección de correo electrónico",
    "Work": "Work E-mail|Business E-mail|E-mail geschäftlich|E-mail professionnel",
    "Home": "Home E-mail|Private E-mail|Personal E-mail|E-mail privat|E-mail privé",
}
NUMBER_TYPES: Final = "Number Type|Phone Type|Telephone Type|Nummerntyp|Rufnummerntyp|Telefontyp|Type de numéro"
"""Columns that say what the only number of a row is."""
