"""The paper of whoever reads a translation through: all that is signed for, with the Danish beside it."""

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

from bot import printing, workshop
from bot.flows import loader
from bot.flows.paper import captions
from bot.locales import catalogue, reading
from bot.locales.catalogue import DIRECTORY
from bot.locales.words import Words
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality

OPSPOR = Path(sys.executable).parent / "opspor"
TOWN = read_municipality(EXAMPLE)
CONTENT = loader.load(unverified=True)
SPOKEN = reading.load(needed=CONTENT.needed())


def printed(language: str) -> str:
    values = workshop._values(TOWN, language)
    return printing.paper_of(CONTENT, list(CONTENT.flows), TOWN, SPOKEN, values, language)


def cells(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr><td.*?</tr>", html, re.S)
    return [
        [unescape(re.sub(r"<br>", "\n", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
        for row in rows
    ]


@pytest.mark.parametrize("language", ["ar", "so", "de", "en"])
def test_every_sentence_that_a_review_is_of_stands_on_the_paper_with_the_danish_beside_it(
    language: str,
) -> None:
    rows = cells(printed(language))
    shown = {(danish, said) for _, said, danish, *_ in rows}
    looked = 0
    for path in DIRECTORY.glob(f"{language}/*.po"):
        for _, message in catalogue.messages(catalogue.read(path)):
            danish, said = (
                "\n".join(catalogue.forms_of(message.id)),
                "\n".join(catalogue.forms_of(message.string)),
            )
            assert (danish, said) in shown, danish
            looked += 1
    assert looked >= 69


def test_arabic_stands_from_right_to_left_and_the_danish_does_not() -> None:
    html = printed("ar")
    assert html.count('<td lang="ar" dir="rtl">') == html.count('<td lang="da">') == 69
    assert 'dir="rtl"' not in printed("so")


def test_a_reader_is_told_on_which_card_a_sentence_stands_and_when() -> None:
    where = {danish: place for place, _, danish, *_ in cells(printed("uk"))}
    told = where["Vi bestiller en tolk. Så taler vi sammen, når tolken er med."]
    assert "Hvad svarede borgeren?" in told and "Kun når" in told


def test_a_language_that_is_only_shown_has_no_cards_and_danish_has_no_table() -> None:
    assert "<article" not in printed("pl") and "<table>" in printed("pl")
    assert "<article" in printed("da") and "<table>" not in printed("da")
    assert "<article" in printed("de") and "<table>" in printed("de")


def test_it_says_that_nobody_has_reviewed_it_in_the_readers_own_words() -> None:
    assert "Siges eller vises til borgeren: ikke gennemgået" in printed("fa")
    assert "unreviewed" not in printed("fa").partition("<table>")[0].partition("<ul>")[0]


def test_what_a_translator_writes_cannot_break_the_page() -> None:
    table = dict.fromkeys(CONTENT.needed()["citizen"], "<script>alert(1)</script>")
    odd = Words({"da": {}}, shown={"da": {}, "pl": table})
    html = printing.paper_of(CONTENT, ["detection"], TOWN, odd, workshop._values(TOWN, "pl"), "pl")
    assert "<script" not in html and "&lt;script&gt;" in html


def test_the_paper_needs_nothing_from_anywhere() -> None:
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|\bsrc=|\bhref=", printed("ar"))


def test_the_captions_are_all_used() -> None:
    code = "".join(
        (loader.DIRECTORY / "paper" / name).read_text("utf-8") for name in ("review.py", "document.py")
    )
    code += Path(printing.__file__).read_text("utf-8")
    names = [name.removeprefix("review.") for name, _ in captions.texts() if name.startswith("review.")]
    assert len(names) > 10
    assert [name for name in names if name not in code and name not in catalogue.DOMAINS] == []


def test_the_command_writes_it_and_refuses_what_is_no_language(tmp_path: Path) -> None:
    command = [str(OPSPOR), "flows", "draw", "--print", str(tmp_path / "paper.html"), "--language"]
    done = subprocess.run([*command, "so"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Soomaali" in (tmp_path / "paper.html").read_text("utf-8")
    done = subprocess.run([*command, "xx"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "da, de, en, ar" in done.stderr
