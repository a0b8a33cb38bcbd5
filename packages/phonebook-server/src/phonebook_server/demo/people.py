"""The invented people of the demonstration. Nobody is called by these numbers.

They come from the ranges that the numbering authorities keep for drama: GB 020 7946 0xxx, 0113 496 0xxx, 01632 960xxx,
07700 900xxx and 0808 157 0xxx (Ofcom), US 555-01xx (NANPA), DE 030 23125xxx, 040 66969xxx, 089 99998xxx, 0221 4710xxx
and 0171 39200xx (Bundesnetzagentur), FR 01 99 00 xx xx, 04 65 71 xx xx and 06 39 98 xx xx (Arcep), AU 02 5550 xxxx and
0491 570 156 and 157 (ACMA), SE 08-465 004 xx (PTS). Where a country has none, people have an extension or a SIP address
below `.example`.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct


class DemoPhonebook(Struct, frozen=True):
    """A phonebook to be made. `people`: see `LINES`."""

    name: str
    organization: str
    people: str
    on_phones: bool = True


class DemoSite(Struct, frozen=True):
    """A site to be made."""

    name: str
    region: str
    phonebooks: tuple[DemoPhonebook, ...]


_LEEDS: Final = """
Amelia;Whitcombe;Management;Managing director;Management;work 0113 496 0100,mobile 07700 900100,extension 100
Oluwaseun;Adébáyọ̀;Finance;Head of finance;Management,Finance;work 0113 496 0101,mobile 07700 900101,extension 101
Siân;Llewellyn-Pugh;Sales;Head of sales;Management,Sales;work 0113 496 0102,mobile 07700 900102,extension 102
Priya;Raghunathan;Sales;Account manager;Sales;work 0113 496 0103,mobile 07700 900103,extension 103
Tom;Ó Súilleabháin;Sales;Account manager;Sales;work 0113 496 0104,mobile 07700 900104,extension 104
Grace;Okonkwo;Sales;Sales assistant;Sales;work 0113 496 0105,extension 105
Callum;MacAskill;Dispatch;Head of dispatch;Management,Dispatch;work 0113 496 0110,mobile 07700 900110,extension 110
Zofia;Wiśniewska;Dispatch;Dispatcher, nights;Dispatch;work 0113 496 0111,mobile 07700 900111,extension 111
Dafydd;ap Rhys;Dispatch;Dispatcher, days;Dispatch;work 0113 496 0112,mobile 07700 900112,extension 112
Hanne;Bjørnstad;Dispatch;Customs;Dispatch;work 0113 496 0113,extension 113
Bilal;Chaudhry;Dispatch;Driver;Drivers;mobile 07700 900120
Kev;Ramsbottom;Dispatch;Driver;Drivers;mobile 07700 900121
Ioana;Brătianu;Dispatch;Driver;Drivers;mobile 07700 900122
Łukasz;Żółkiewski;Dispatch;Driver;Drivers;mobile 07700 900123
Mehmet;Çelikoğlu;Dispatch;Driver;Drivers;mobile 07700 900124
Rosa;Ferreira Antunes;Dispatch;Driver;Drivers;mobile 07700 900125
Ngozi;Eze;Finance;Payroll;Finance;work 0113 496 0130,extension 130
Harriet;Blenkinsop;Finance;Invoices in;Finance;work 0113 496 0131,extension 131
Jürgen;Ashworth;Finance;Invoices out;Finance;work 0113 496 0132,extension 132
Mei-Ling;Cheung;IT;Systems administrator;IT;work 0113 496 0140,mobile 07700 900140,extension 140
Ravi;Kulkarni;IT;Service desk;IT;work 0113 496 0141,extension 141
Eilidh;Drummond;People;Head of people;Management;work 0113 496 0150,mobile 07700 900150,extension 150
Benedict;Fairweather;People;Recruiting;;work 0113 496 0151,extension 151
Shirin;Farrokhzad;Legal;Counsel;Management;work 020 7946 0160,mobile 07700 900160
Nell;Thistlethwaite;Warehouse;Shift lead;Warehouse;work 0113 496 0170,extension 170
Arturas;Petrauskas;Warehouse;Fork-lift;Warehouse;extension 171
Tariq;al-Masri;Warehouse;Fork-lift;Warehouse;extension 172
Gwendoline;Harcourt;Warehouse;Goods in;Warehouse;extension 173
Wren;Sato-Hughes;Marketing;Designer;;work 0113 496 0180,mobile 07700 900180,extension 180
;Reception;;;Rooms & lines;work 0113 496 0000,extension 0
;Boardroom “Ribblehead”;;;Rooms & lines;extension 301
;Meeting room 🚚;;;Rooms & lines;extension 302
;First aid 🩹;;;Rooms & lines;extension 333
;Door, loading bay;;;Rooms & lines;extension **9
;Night service on;;;Rooms & lines;extension *21#
;Fax;;;Rooms & lines;fax 0113 496 0099
"""

_PARTNERS: Final = """
Charlotte;Ostrander;Hudson Piers LLC;Port agent;Ports;work +1 212 555 0143,mobile +1 917 555 0144
Diego;Villanueva;Hudson Piers LLC;Yard;Ports;work +1 212 555 0147
Maya;Whitefeather;Golden Gate Drayage;Dispatch;Carriers;work +1 415 555 0118,mobile +1 415 555 0119
Beau;Thibodeaux;Bayou Lines;Bookings;Carriers;work +1 504 555 0172
Matilda;Kwong;Southern Cross Stevedores;Operations;Ports;work +61 2 5550 1201,mobile +61 491 570 156
Jarrah;Nguyen;Southern Cross Stevedores;Customs;Ports;mobile +61 491 570 157
Åsa;Lindqvist;Östersjö Frakt AB;Bokning;Carriers;work +46 8 465 004 10
Örjan;Sjöström;Östersjö Frakt AB;Ekonomi;Carriers;work +46 8 465 004 11
Margaux;d'Aubigné;Transports Vauban;Affrètement;Carriers;work +33 4 65 71 20 10
Yann;Le Goff;Transports Vauban;Exploitation;Carriers;work +33 4 65 71 20 11
Annegret;Großkreutz;Spedition Möwe;Disposition;Carriers;work +49 40 66969 210,mobile +49 171 3920021
Björn;Jäger;Spedition Möwe;Lager;Carriers;work +49 40 66969 211
太郎;山田;横浜港運;通関;Ports;sip sip:yamada@yokohama.example
花子;佐々木;横浜港運;営業;Ports;sip sip:sasaki@yokohama.example
明;王;上海远洋货运;调度;Carriers;sip sip:wang.ming@shanghai.example
丽华;陈;上海远洋货运;财务;Carriers;sip sip:chen.lihua@shanghai.example
민준;김;부산해운;영업;Carriers;sip sip:kim.minjun@busan.example
ليلى;الحسيني;ميناء جبل علي;التخليص;Ports;sip sip:layla@jebelali.example
عمر;بن سعيد;ميناء جبل علي;العمليات;Ports;sip sip:omar@jebelali.example
Ирина;Соколова;Балтика Транс;Логистика;Carriers;sip sip:sokolova@baltika.example
Νίκος;Παπαδόπουλος;Πειραιάς Ναυτιλιακή;Κρατήσεις;Carriers;sip sip:nikos@piraeus.example
נועה;ברקוביץ;נמל חיפה;מבצעים;Ports;sip sip:noa@haifa.example
อรทัย;ศรีสุข;แหลมฉบังโลจิสติกส์;จองระวาง;Carriers;sip sip:orathai@laemchabang.example
;Tyres & wheels <24 h>;Smith & Sons "Tyres" Ltd;;Breakdown;work 0808 157 0123,mobile 07700 900190
;Recovery 🛻;Pennine Recovery;;Breakdown;work 01632 960190
;Locksmith;Pennine Recovery;;Breakdown;mobile 07700 900191
"""

_HAMBURG: Final = """
Käthe;Brückner;Leitung;Geschäftsführerin;Leitung;Büro 040 66969-100,Mobil 0171 3920010,Intern 100
Sören;Möllenkamp;Leitung;Prokurist;Leitung;Büro 040 66969-101,Mobil 0171 3920011,Intern 101
Ayşe;Yıldırım;Vertrieb;Vertriebsleiterin;Leitung,Vertrieb;Büro 040 66969-110,Mobil 0171 3920012,Intern 110
Jörg;Weißhaupt;Vertrieb;Außendienst Nord;Vertrieb;Mobil 0171 3920013,Intern 111
Małgorzata;Dąbrowska;Vertrieb;Außendienst Ost;Vertrieb;Mobil 0171 3920014,Intern 112
Frauke;Petersen-Lütt;Vertrieb;Innendienst;Vertrieb;Büro 040 66969-113,Intern 113
Günther;Überschär;Werkstatt;Meister;Werkstatt;Büro 040 66969-120,Intern 120
Đorđe;Stanković;Werkstatt;Feinoptiker;Werkstatt;Intern 121
Nguyễn;Thị Hồng;Werkstatt;Feinoptikerin;Werkstatt;Intern 122
Çağla;Öztürk;Werkstatt;Auszubildende;Werkstatt;Intern 123
Ülo;Tamm;Werkstatt;Beschichtung;Werkstatt;Intern 124
Friederike;von Hohenfels;Buchhaltung;Debitoren;Buchhaltung;Büro 040 66969-130,Intern 130
Emre;Arslan;Buchhaltung;Kreditoren;Buchhaltung;Büro 040 66969-131,Intern 131
Xenia;Kallenbach;EDV;Systemadministratorin;EDV;Büro 040 66969-140,Mobil 0171 3920040,Intern 140
Niklas;Thürnagel;EDV;Telefonanlage;EDV;Büro 040 66969-141,Intern 141
Ottilie;Schäfer;Personal;Personalleiterin;Leitung;Büro 040 66969-150,Intern 150
Hinnerk;Claßen;Lager;Versand;Lager;Intern 160
Leïla;Benabdallah;Lager;Wareneingang;Lager;Intern 161
Torben;Ægidius;Entwicklung;Optikrechnung;Entwicklung;Büro 030 23125-201,Intern 201
Zdeňka;Říhová;Entwicklung;Mechanik;Entwicklung;Büro 030 23125-202,Intern 202
Paul;Groß;Entwicklung;Prüffeld;Entwicklung;Büro 030 23125-203,Intern 203
;Empfang;;;Räume;Büro 040 66969-001,Intern 0
;Besprechung „Alster“;;;Räume;Intern 301
;Besprechung „Elbe“ ⚓;;;Räume;Intern 302
;Türsprechstelle;;;Räume;Intern **8
"""

_KUNDEN: Final = """
Dr. Adelheid;Kästner;Sternwarte Bergkamm;Instrumente;Sternwarten;Büro 089 99998-310,Mobil 0171 3920061
Prof. Hartmut;Zöllner;Sternwarte Bergkamm;Direktor;Sternwarten;Büro 089 99998-300
Ingeborg;Süßmilch;Augenklinik am Park;Einkauf;Kliniken;Büro 030 23125-410
Dr. Kwabena;Asante;Augenklinik am Park;Chirurgie;Kliniken;Büro 030 23125-411,Mobil 0171 3920062
Walburga;Höß;Kamerahaus Höß;Inhaberin;Handel;Büro 089 99998-420
Ben;Carter-Lund;Lundy Island Birders;Secretary;Handel;work +44 1632 960411,mobile +44 7700 900411
Solveig;Engström;Norrsken Optik AB;Inköp;Handel;work +46 8 465 004 21
Jean-Baptiste;Châtelain;Lunetterie Châtelain;Gérant;Handel;bureau +33 1 99 00 41 10
Kiri;Wainwright;Murchison Array;Optics;Sternwarten;work +61 2 5550 4120
美咲;高橋;東都天文台;購買;Sternwarten;sip sip:takahashi@toto.example
;Optik-Messe, Stand 12;;;Handel;Büro 0221 4710123
"""

_LYON: Final = """
Garance;Delacroix-Morel;Direction;Fondatrice;Direction;bureau 04 65 71 10 00,portable 06 39 98 10 00,poste 100
Théophile;N'Diaye;Direction;Directeur financier;Direction;bureau 04 65 71 10 01,portable 06 39 98 10 01,poste 101
Éloïse;Saint-Exupère;Création;Directrice artistique;Direction,Création;bureau 04 65 71 10 10,poste 110
Maëlle;Kerguélen;Création;Styliste;Création;bureau 04 65 71 10 11,poste 111
Gaël;Lefèbvre;Création;Styliste;Création;poste 112
Anaïs;Gonçalves;Création;Modéliste;Création;poste 113
Linh;Trần;Création;Imprimés;Création;poste 114
Noémie;Bœuf;Atelier;Première d'atelier;Atelier;bureau 04 65 71 10 20,poste 120
Fatoumata;Diarra;Atelier;Couture;Atelier;poste 121
Joaquín;Ibáñez;Atelier;Coupe;Atelier;poste 122
Ümit;Şahin;Atelier;Repassage;Atelier;poste 123
Sœur Marie;Çeccaldi;Atelier;Broderie;Atelier;poste 124
Raphaël;Hervieux;Ventes;Responsable boutiques;Ventes;bureau 01 99 00 10 30,portable 06 39 98 10 30
Inès;Bouchareb;Ventes;Boutique Paris;Ventes;bureau 01 99 00 10 31
Loïc;Quéméneur;Ventes;Boutique Lyon;Ventes;bureau 04 65 71 10 32
Hélène;Vœgtlin;Ventes;Export;Ventes;bureau 04 65 71 10 33,portable 06 39 98 10 33
Désiré;Hoarau;Informatique;Administrateur;Informatique;bureau 04 65 71 10 40,portable 06 39 98 10 40
Agnès;Lacaze-Duthiers;Comptabilité;Comptable;;bureau 04 65 71 10 50,poste 150
;Accueil;;;Lignes;bureau 04 65 71 10 99,poste 9
;Salle « Rhône » 🧵;;;Lignes;poste 201
;Salle « Saône » ✂️;;;Lignes;poste 202
;Livraisons;;;Lignes;poste *72
"""

LINES: Final = "given name; family name; department or company; title; groups; labelled numbers"
"""What a line of people holds, between semicolons. A line without a given name is a room, a line or a company."""

SITES: Final = (
    DemoSite(
        "Meridian Freight, Leeds",
        "GB",
        (
            DemoPhonebook("Company", "Meridian Freight", _LEEDS),
            DemoPhonebook("Carriers and partners", "", _PARTNERS),
        ),
    ),
    DemoSite(
        "Nordlicht Optik, Hamburg",
        "DE",
        (
            DemoPhonebook("Zentrale", "Nordlicht Optik", _HAMBURG),
            DemoPhonebook("Kunden", "", _KUNDEN, on_phones=False),
        ),
    ),
    DemoSite("Atelier Garance, Lyon", "FR", (DemoPhonebook("Équipe", "Atelier Garance", _LYON),)),
)
"""Everything there is. `Kunden` is left for trying out what turning a service on is like."""
