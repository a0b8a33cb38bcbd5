"""Contacts to measure with: international names, one to three numbers each, the same ones every time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from random import Random
from typing import Final

_NAMES: Final = (
    ("Anna Lena Jürgen Björn Käthe Matthias Uwe", "Müller Schäfer Groß Weiß Jäger Krämer Böhm Voß"),
    ("Élodie François Hélène Benoît Zoé Loïc", "Lefèvre Gérard Béranger Noël Dupré O’Connor"),
    ("Łukasz Małgorzata Zdzisław Agnieszka", "Wiśniewski Wójcik Zieliński Świątek"),
    ("José Íñigo Begoña María Concepción", "Núñez Ibáñez Peña Ordóñez Güell"),
    ("Ayşe Çağla Gökhan İbrahim Şükrü", "Yıldız Öztürk Çelik Doğan Kılıç"),
    ("Jiří Žofie Šimon Tomáš", "Dvořák Šťastný Růžička Němec"),
    ("Søren Åse Þórdís Øyvind Mäkinen", "Ærø Gunnarsdóttir Håkansson Østergård"),
    ("Ольга Дмитрий Екатерина Юрий", "Смирнова Кузнецов Щербаков Ёлкина"),
    ("Γιώργος Ελένη Δημήτρης", "Παπαδόπουλος Οικονόμου Αγγελόπουλος"),
    ("محمد فاطمة أحمد ليلى", "الحسيني منصور القاسم"),
    ("שרה דוד יעל", "כהן לוי מזרחי"),
    ("太郎 花子 健一 美咲", "佐藤 鈴木 高橋 田中"),
    ("伟 芳 秀英 娜", "王 李 张 刘"),
    ("민준 서연 지훈", "김 이 박 최"),
    ("राहुल प्रिया अनिल", "शर्मा वर्मा गुप्ता"),
    ("Nguyễn Thị Đức Hồng", "Trần Phạm Đặng Huỳnh"),
    ("Grace Kwame Oluwaseun Ngozi Tāne", "Okafor Mensah Adébáyò Ngata"),
)
_FAMILIES: Final = tuple((given.split(), family.split()) for given, family in _NAMES)
_FIRMS: Final = (
    "Bäckerei Groß",
    "Smith & Sons",
    "Société Générale d’Eau",
    "株式会社山田",
    "A<B Logistics",
    "ООО Ромашка",
)
_GROUPS: Final = ("Vertrieb", "Support", "Lager", "Direction", "Ventas", "営業", "Night shift", "R&D")
_LABELS: Final = ("Work", "Mobile", "Home")
HEADER: Final = ("First Name", "Last Name", "Company", "Groups",
                 *(f"Phone {n} - {part}" for n in (1, 2, 3) for part in ("Label", "Value")))  # fmt: skip


def as_csv(count: int) -> bytes:
    """A CSV file with `count` contacts, as `phonebook import` and the dashboard take it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(_rows(count))
    return text.getvalue().encode()


def _rows(count: int) -> Iterator[list[str]]:
    random = Random(20_26)
    for index in range(count):
        given, family = random.choice(_FAMILIES)
        firm = random.choice(_FIRMS) if random.random() < 0.3 else ""
        group = random.choice(_GROUPS) if random.random() < 0.4 else ""
        row = [random.choice(given), f"{random.choice(family)} {index}", firm, group]
        for number in range(3):
            if number < 1 + index % 3:
                row += [_LABELS[number], _number(index, number)]
            else:
                row += ["", ""]
        yield row


def _number(index: int, which: int) -> str:
    """A number that no other contact has; mostly German, written as people do, some foreign, some internal."""
    match (index + which) % 7:
        case 0:
            return f"+49 30 {2_000_000 + index}"
        case 1:
            return f"0171/{3_000_000 + index}"
        case 2:
            return f"(089) {4_000_000 + index}"
        case 3:
            return f"+1 212 {200 + index % 700} {1000 + index % 9000}"
        case 4:
            return f"+33 1 {10 + index % 80} {10 + index // 80 % 80} {10 + index // 6400 % 80} {10 + which}"
        case 5:
            return f"+44 20 7{index % 1_000_000:06} {which}".strip()
        case _:
            return f"{100 + index}"
