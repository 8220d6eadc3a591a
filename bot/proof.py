"""The stored proof: that exactly these flows, conditions, properties and libraries were proven; it proves nothing."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent
FILE = PACKAGE / "flows" / "proof.json"

# All that a verdict can depend on: the content and its words, the engine, what reads, explores and judges it, and how a
# session is saved.
_READ = (
    "flows/*.toml",
    "flows/**/*.py",
    "locales/**/*.po",
    "locales/**/*.toml",
    "locales/*.py",
    "storage/codes.py",
    "storage/types.py",
    "model.py",
    "derived.py",
    "engine.py",
    "controls.py",
    "showing.py",
    "proving.py",
    *(f"{room}.py" for room in ("library", "practice", "packing")),
)
# These show, compare and play flows; no verdict depends on them.
_BESIDE = (
    "play.py",
    "draw.py",
    "declared.py",
    "telling.py",
    "against.py",
    "abreast.py",
    "sides.py",
    "listing.py",
)
_LIBRARIES = ("transitions", "pydantic", "babel")


def fingerprint(package: Path = PACKAGE) -> str:
    """One hash of every file and library version that a verdict depends on; line endings are not among them."""
    digest = hashlib.sha256()
    found = {path for pattern in _READ for path in package.glob(pattern)}
    beside = {path for name in _BESIDE for path in (package / "flows").glob(name)}
    for path in sorted(found - beside - set((package / "flows" / "paper").glob("*"))):
        text = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(package).as_posix()} {len(text)}\n".encode() + text)
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    return digest.hexdigest()


def holds(file: Path = FILE) -> bool:
    """Whether the stored proof is of what is here now. One that cannot be read is none."""
    try:
        stored = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(stored, dict) and stored.get("fingerprint") == fingerprint()


def write(summary: dict[str, Any], file: Path = FILE) -> bool:
    """Only `proving.store` calls this, with what passed. False where the place cannot be written: then it is proven
    again at the next start."""
    kept = {"fingerprint": fingerprint(), **summary}
    try:
        file.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError:
        return False
    return True
