"""The languages of the house: whole by gettext's own check, true to their glossaries, honest about their readers."""

import gettext
import io
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po

from bot import checkup
from bot.flows import loader
from bot.locales import catalogue, glossary, reading, update
from bot.locales.catalogue import DIRECTORY, Review
from bot.locales.glossary import Glossary, Never, Term
from bot.locales.reading import Wanted
from bot.model import Text

MSGFMT = shutil.which("msgfmt")
CONTENT = loader.load(unverified=True)
FILES = sorted(path for path in DIRECTORY.glob("*/*.po"))
NAMES = [f"{path.parent.name}/{path.stem}" for path in FILES]
STAFF, CITIZEN = {"en", "de"}, {"en", "de", "ar", "uk", "pl", "tr", "ro", "fa", "so"}


def test_there_are_the_languages_that_were_promised() -> None:
    assert {path.parent.name for path in FILES if path.stem == "staff"} >= STAFF
    assert {path.parent.name for path in FILES if path.stem == "citizen"} >= CITIZEN


def test_a_language_is_one_folder_and_nothing_else() -> None:
    for folder in {path.parent for path in FILES}:
        assert {path.name for path in folder.iterdir()} <= {
            "staff.po",
            "citizen.po",
            "notes.md",
            "glossary.toml",
        }
        assert (folder / "notes.md").read_text("utf-8").startswith("# ")
        assert (folder / "glossary.toml").exists()


def test_no_compiled_catalogue_is_kept() -> None:
    assert FILES and not list(DIRECTORY.rglob("*.mo"))


# What else a sentence that counts may hold stays as it is written.
STAYS = {"when": "{when}"}


@pytest.mark.skipif(MSGFMT is None, reason="no gettext on this machine: its own check is skipped")
@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_gettext_itself_finds_nothing_wrong_and_gives_back_every_sentence(path: Path, tmp_path: Path) -> None:
    made = tmp_path / "made.mo"
    done = subprocess.run(
        [str(MSGFMT), "--check", "--output-file", str(made), str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    with made.open("rb") as file:
        theirs = gettext.GNUTranslations(file)
    loaded = reading.load(needed=CONTENT.needed())
    ours = dict(catalogue.messages(catalogue.read(path)))
    assert len(ours) >= 69
    for (context, msgid), message in ours.items():
        said = catalogue.forms_of(message.string)
        if len(said) == 1:
            assert theirs.pgettext(context, msgid) == said[0], msgid
        else:
            text = Text(msgid, context, catalogue.forms_of(message.id)[1])
            for count in (0, 1, 2, 5, 21):
                told = theirs.npgettext(context, msgid, text.many, count)
                assert told.replace("{count}", str(count)) == loaded.plural(
                    text, count, path.parent.name, STAYS
                )


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_no_sentence_of_a_translation_is_left_in_danish(path: Path) -> None:
    same = [
        key
        for key, message in catalogue.messages(catalogue.read(path))
        if catalogue.forms_of(message.string)[0] == key[1]
        and len(re.findall(r"[A-Za-zæøåÆØÅ]{3,}", key[1])) > 3
    ]
    assert same == []


@pytest.mark.parametrize("language", sorted(CITIZEN))
def test_a_citizens_sentences_have_no_placeholder_and_no_exclamation_mark(language: str) -> None:
    for key, message in catalogue.messages(catalogue.read(DIRECTORY / language / "citizen.po")):
        for text in (key[1], *catalogue.forms_of(message.string)):
            assert not set("{}!") & set(text), text


@pytest.mark.parametrize("language", sorted(CITIZEN))
def test_a_languages_letters_are_its_own(language: str) -> None:
    """Ukrainian is not Russian, Farsi is not Arabic, and Romanian has its own comma below."""
    said = "".join(reading.load().shown[language].values())
    foreign = {
        "uk": "ыэъё",
        "fa": "كيةى",
        "ar": "پچژگکی",
        "ro": "şţŞŢ",
    }
    assert not set(foreign.get(language, "")) & set(said)
    script = {"ar": r"[\u0600-\u06ff]", "fa": r"[\u0600-\u06ff]", "uk": r"[\u0400-\u04ff]"}.get(
        language, r"[A-Za-z]"
    )
    assert len(re.findall(script, said)) > len(said) / 2


# --- the glossary -------------------------------------------------------------------------------------


def test_a_term_is_looked_for_whatever_its_capitals_and_only_in_its_own_domain() -> None:
    terms = Glossary({"staff": (Term("krisecenter", ("shelter", "refuge")),)})
    assert not list(terms.checks("staff")("Krisecenter nu", "A Refuge now"))
    assert list(terms.checks("staff")("Krisecenter nu", "A hospital now")) == [
        "'krisecenter' is said as 'shelter' or 'refuge'"
    ]
    assert not list(terms.checks("citizen")("Krisecenter nu", "A hospital now"))


def test_a_word_that_is_never_said_is_found_at_the_beginning_of_a_word_only() -> None:
    terms = Glossary(
        {}, (Never("Anzeige", "a report to the police"), Never("du", "the address is Sie", "citizen"))
    )
    assert list(terms.checks("staff")("x", "Eine Anzeige, du")) == [
        "'Anzeige' is never said: a report to the police"
    ]
    assert not list(terms.checks("staff")("x", "Voranzeige"))
    assert list(terms.checks("staff")("x", "anzeige das")), "whatever the capitals"
    assert list(terms.checks("citizen")("x", "wenn du willst")) == ["'du' is never said: the address is Sie"]


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("[staff]\nx = []", "what is said for 'x' must be a list of words"),
        ("[citizen]\nx = 'y'", "what is said for 'x' must be a list of words"),
        ("[never]\nx = ''", "why 'x' is never said must stand beside it"),
        ("staff = 1", "staff must be a table"),
        ("never = []", "never must be a table"),
        ("[nowhere]\nx = ['y']", "nowhere is not a table that is known here"),
        ("[[staff", ""),
    ],
)
def test_a_broken_glossary_keeps_its_language_out_and_says_why(
    written: str, wrong: str, tmp_path: Path
) -> None:
    shutil.copytree(DIRECTORY / "ar", tmp_path / "ar")
    (tmp_path / "ar/glossary.toml").write_text(written)
    loaded = reading.load(tmp_path)
    assert loaded.of_citizens == ("da",)
    assert loaded.problems[0].startswith("ar/glossary.toml: ") and wrong in loaded.problems[0]


@pytest.mark.parametrize(
    ("language", "domain", "said", "instead"),
    [
        ("en", "staff", "The duty is personal.", "The duty is shared."),
        ("en", "staff", "You need no proof.", "You need some proof."),
        ("de", "staff", "Sofort heißt jetzt", "Sofort heißt bald"),
        ("de", "citizen", "Schutzunterkunft", "Pension"),
        ("tr", "citizen", "ığınma ev", "otel"),
        ("ar", "citizen", "البلدية", "الشرطة"),
    ],
)
def test_a_core_sentence_that_is_softened_keeps_its_language_out(
    language: str, domain: str, said: str, instead: str, tmp_path: Path
) -> None:
    shutil.copytree(DIRECTORY / language, tmp_path / language)
    path = tmp_path / language / f"{domain}.po"
    text = path.read_text("utf-8")
    assert said in text
    path.write_text(text.replace(said, instead), "utf-8")
    loaded = reading.load(tmp_path)
    assert any("is said as" in problem for problem in loaded.problems), loaded.problems
    assert language not in (loaded.languages if domain == "staff" else loaded.of_citizens)


def test_a_word_that_is_never_said_is_found_behind_what_arabic_writes_together_with_it() -> None:
    terms = Glossary({}, (Never("ضحي", "people are exposed to violence"),))
    for said in ("ضحية", "الضحية", "والضحية", "للضحية"):
        assert list(terms.checks("citizen")("x", said)), said


def test_letters_that_change_with_their_capitals_stop_nobody() -> None:
    """A dotted capital I becomes two signs when it is made small."""
    terms = Glossary({}, (Never("donos", "denunciation"), Never("ihbar", "denunciation")))
    assert list(terms.checks("citizen")("x", "İhbar var")) == ["'ihbar' is never said: denunciation"]


def test_a_word_before_a_space_is_the_whole_word() -> None:
    terms = Glossary({}, (Never("dir ", "the address is Sie"),))
    assert list(terms.checks("citizen")("x", "Ich helfe dir.")) and not list(
        terms.checks("citizen")("x", "direkt")
    )


@pytest.mark.parametrize("language", sorted(CITIZEN))
def test_no_glossary_keeps_a_piece_of_danish_that_nothing_says_any_more(language: str) -> None:
    """It would look like a promise, and check nothing."""
    for domain, terms in glossary.read(DIRECTORY / language).terms.items():
        danish = [msgid.lower() for _, msgid in CONTENT.needed()[domain]]
        assert [term.da for term in terms if not any(term.da.lower() in one for one in danish)] == []


@pytest.mark.parametrize("language", sorted(CITIZEN))
def test_every_language_has_its_words_for_shelter_interpreter_and_the_throat(language: str) -> None:
    terms = glossary.read(DIRECTORY / language).terms["citizen"]
    assert {"krisecenter", "halsen"} <= {term.da.strip() for term in terms}
    assert any("tolk" in term.da for term in terms)


# --- who has reviewed it ------------------------------------------------------------------------------


def test_every_file_says_who_has_reviewed_it_or_that_nobody_has() -> None:
    for path in FILES:
        review = catalogue.review_of(catalogue.read(path))
        assert review.by or "# Reviewed-By: unreviewed" in path.read_text("utf-8").splitlines(), path


def reviewed(tmp_path: Path, language: str = "ar") -> Path:
    path = shutil.copytree(DIRECTORY / language, tmp_path / language) / "citizen.po"
    catalog = catalogue.read(path)
    catalogue.reviewed(catalog, Review("tolk og voldsfaglig, Eksempelby", date(2026, 11, 27)))
    with path.open("wb") as file:
        write_po(file, catalog, width=0)
    return path


def test_a_review_says_by_which_role_and_when_and_holds_while_the_sentences_stay_as_they_are(
    tmp_path: Path,
) -> None:
    path = reviewed(tmp_path)
    review = catalogue.review_of(catalogue.read(path))
    assert (review.by, review.on, review.holds) == (
        "tolk og voldsfaglig, Eksempelby",
        date(2026, 11, 27),
        True,
    )
    assert str(review) == "reviewed by tolk og voldsfaglig, Eksempelby on 2026-11-27"
    assert reading.load(tmp_path).is_reviewed("ar")
    text = path.read_text("utf-8")
    path.write_text(text.replace('msgstr "', 'msgstr "و ', 3), "utf-8")
    review = catalogue.review_of(catalogue.read(path))
    assert not review.holds
    assert str(review).endswith("on 2026-11-27, and changed since then")
    assert not reading.load(tmp_path).is_reviewed("ar")


@pytest.mark.parametrize(
    "told", ["", "# Reviewed-By: somebody", "# Reviewed-By: somebody\n# Reviewed-On: soon"]
)
def test_a_review_without_a_date_is_none(told: str) -> None:
    catalog = read_po(io.BytesIO(f'{told}\nmsgid ""\nmsgstr "Language: ar\\n"\n'.encode()))
    assert catalogue.review_of(catalog) == Review()


def test_a_second_review_takes_the_place_of_the_first(tmp_path: Path) -> None:
    path = reviewed(tmp_path)
    catalog = catalogue.read(path)
    catalogue.reviewed(catalog, Review("tolk, Prøveby", date(2027, 1, 2)))
    assert catalog.header_comment.count("Reviewed-By") == catalog.header_comment.count("Reviewed-Text") == 1
    assert catalogue.review_of(catalog).by == "tolk, Prøveby"


def test_a_municipality_can_have_reviewed_languages_only(tmp_path: Path) -> None:
    reviewed(tmp_path)
    shutil.copytree(DIRECTORY / "pl", tmp_path / "pl")
    shutil.copytree(DIRECTORY / "en", tmp_path / "en")
    strict = reading.load(tmp_path, wanted=Wanted(reviewed_only=True))
    assert strict.of_citizens == ("da", "ar")
    assert strict.languages == ("da", "en"), "what an employee works in is her own to understand"
    assert {one.language for one in strict.standings} == {"ar", "pl", "en"}, "the others are still told of"
    assert set(reading.load(tmp_path).of_citizens) == {"da", "ar", "pl", "en"}


def test_a_municipality_chooses_its_languages_and_the_order_in_which_they_are_offered() -> None:
    chosen = reading.load(wanted=Wanted(staff=["de"], citizen=["so", "ar", "xx"]))
    assert chosen.languages == ("da", "de")
    assert chosen.of_citizens == ("da", "so", "ar")
    assert reading.load(wanted=Wanted(staff=[], citizen=[])).languages == ("da",)


def test_german_can_be_worked_in_where_it_is_not_shown_to_citizens() -> None:
    """What she says aloud is then still there in German, for her own eyes."""
    chosen = reading.load(wanted=Wanted(citizen=["ar"]))
    assert "de" in chosen.languages and "de" not in chosen.of_citizens
    text = next(line.text for line in CONTENT.flows["detection"].states["response"].lines if line.aloud)
    assert chosen.say(text, "de", {}).startswith("Es gibt etwas") or "alle" in chosen.say(text, "de", {})


def test_make_words_notes_a_review_and_refuses_one_without_a_role_and_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(DIRECTORY / "ar", tmp_path / "ar")
    monkeypatch.setattr(update, "DIRECTORY", tmp_path)
    on = ["--on", "2026-11-20"]
    for wrong in (
        ["--reviewed", "ar/citizen", "--by", "tolk"],
        ["--by", "tolk", *on],
        ["--reviewed", "zz/citizen", "--by", "tolk", *on],
        ["--reviewed", "ar/citizen.po", "--by", "tolk", *on],
        ["--reviewed", "ar/citizen", "--by", "tolk", *on, "--check"],
        ["--reviewed", "ar/citizen", "--by", "tolk\nvold", *on],
        ["--reviewed", "ar/citizen", "--by", "tolk", "--on", "2999-01-01"],
    ):
        with pytest.raises(SystemExit):
            update.main(wrong)
    assert not reading.load(tmp_path).is_reviewed("ar")
    assert update.main(["--reviewed", "ar/citizen", "--by", "tolk, Prøveby", "--on", "2026-11-20"]) == 0
    assert "reviewed by tolk, Prøveby on 2026-11-20" in capsys.readouterr().out
    assert reading.load(tmp_path).is_reviewed("ar")
    assert update.main([]) == 0, "and taking in words again changes nothing of it"
    assert reading.load(tmp_path).is_reviewed("ar")


def test_a_catalogue_with_a_problem_is_not_noted_as_reviewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shutil.copytree(DIRECTORY / "ar", tmp_path / "ar") / "citizen.po"
    catalog = catalogue.read(path)
    catalog.delete("Tak, fordi du talte med mig.", context="detection.next")
    with path.open("wb") as file:
        write_po(file, catalog, width=0)
    monkeypatch.setattr(update, "DIRECTORY", tmp_path)
    assert update.main(["--reviewed", "ar/citizen", "--by", "tolk", "--on", "2026-11-20"]) == 1
    assert "Reviewed-By: unreviewed" in path.read_text("utf-8")


# --- what the doctor says -----------------------------------------------------------------------------


def test_the_doctor_lists_every_language_with_its_review_and_what_keeps_it_out(tmp_path: Path) -> None:
    reviewed(tmp_path)
    path = shutil.copytree(DIRECTORY / "pl", tmp_path / "pl") / "citizen.po"
    path.write_text(path.read_text("utf-8").replace('msgstr "', 'msgstr "112 '), "utf-8")
    told = list(checkup.languages_of(reading.load(tmp_path)))
    assert told[0] == "languages for employees: da"
    assert told[1] == "languages for citizens: da, ar"
    assert "ar for citizens: 69 sentences, reviewed by tolk og voldsfaglig, Eksempelby on 2026-11-27" in told
    assert any(line.startswith("pl for citizens: 69 sentences, unreviewed, left out: ") for line in told)
