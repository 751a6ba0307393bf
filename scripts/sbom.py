"""The release's bill of materials (CycloneDX 1.6, JSON): what server and boxes are made of.

    python scripts/sbom.py VERSION EPOCH_S > sbom.cdx.json

Every Python package of requirements/run.txt with its hashes, who asks for it and its licence; every
npm package whose files the pages serve; the MicroPython that the boxes' code runs on, which is not
delivered: the operator fetches it and pins its hash. The same inputs give the same bytes. Format
and checks are the library's (cyclonedx-python-lib). Never here: what only the checks need
(requirements/dev.txt).
"""

import base64
import json
import re
import sys
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # this is a script: Python puts its own folder there only

from flasher.micropython_image import OLDEST, STOCK  # noqa: E402

_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\;]+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^    #   (?:via )?([A-Za-z0-9._-]+)|^    # via ([A-Za-z0-9._-]+)", re.MULTILINE)
_CLASSIFIED = re.compile(r"License :: OSI Approved :: (.+)")
# Whose metadata names none, or another than the LICENSE file that comes with it.
_READ = {"click-default-group": "BSD-3-Clause", "littlefs-python": "BSD-3-Clause"}


def bill(version: str, at_s: int, root: Path = ROOT) -> Bom:
    """Return the bill of a release.

    Args:
        version: of the release.
        at_s: its time, Unix seconds; of the commit it is made from.
        root: the checkout, whose requirements are installed in this Python.

    Raises:
        PackageNotFoundError: a locked package is not installed, so its licence is not known.
    """
    ours = Component(
        name="voiturier",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=f"voiturier@{version}",
    )
    lock = (root / "requirements" / "run.txt").read_text("utf-8")
    npm = json.loads((root / "package-lock.json").read_text("utf-8"))
    python = {name: component for name, component, _ in _python(lock)}
    parts = [*python.values(), *_npm(npm["packages"]), *_micropython()]
    bom = Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_OID, f"voiturier {version} {at_s} {lock}"),
        components=parts,
    )
    bom.metadata.timestamp = datetime.fromtimestamp(at_s, UTC)
    bom.metadata.component = ours
    # The library names itself as the tool, with its own version: not a part of what is released.
    asked_for: dict[str, list[Component]] = {}
    for name, _, parents in _python(lock):
        for parent in parents:
            asked_for.setdefault(parent, []).append(python[name])
    for name, component in python.items():
        bom.register_dependency(component, asked_for.get(name, []))
    direct = [part for part in parts if part.name not in python or part.name in _direct(root)]
    bom.register_dependency(ours, direct)
    return bom


def text_of(bom: Bom) -> str:
    """Return the bill as JSON."""
    return str(JsonV1Dot6(bom).output_as_string(indent=2)) + "\n"


def _direct(root: Path) -> set[str]:
    lines = (root / "requirements" / "run.in").read_text("utf-8").splitlines()
    names = (line.partition("[")[0].strip() for line in lines if not line.startswith("#"))
    return {name.lower() for name in names if name}


def _python(lock: str) -> Iterable[tuple[str, Component, list[str]]]:
    """Yield each locked package: its name, what is known of it, which packages ask for it."""
    starts = list(_LOCKED.finditer(lock))
    ends = [start.start() for start in starts[1:]] + [len(lock)]
    for start, end in zip(starts, ends, strict=True):
        name, version, block = start[1], start[2], lock[start.start() : end]
        component = Component(
            name=name,
            version=version,
            type=ComponentType.LIBRARY,
            bom_ref=f"pypi:{name}@{version}",
            purl=PackageURL("pypi", name=name, version=version),
            licenses=[LicenseFactory().make_from_string(licence_of(name))],
            # One for each file that pip may take: a property, for a hash stands for one file.
            properties=[Property(name="pip:sha256", value=one) for one in _HASH.findall(block)],
        )
        yield name, component, [first or second for first, second in _VIA.findall(block)]


def licence_of(name: str) -> str:
    """Return the licence that an installed package names: an SPDX expression, or its own words."""
    if name in _READ:
        return _READ[name]
    about = distribution(name).metadata
    if expression := about.get("License-Expression"):
        return str(expression)
    named = [_CLASSIFIED.fullmatch(each) for each in about.get_all("Classifier") or ()]
    if found := sorted(each[1] for each in named if each):
        return " AND ".join(found)
    return str(about.get("License") or "unknown").splitlines()[0]


def _npm(packages: Mapping[str, Mapping[str, object]]) -> Iterable[Component]:
    for path, package in sorted(packages.items()):
        # A peer (Popper) belongs to Bootstrap's script, which the pages do not load.
        if not path or package.get("dev") or package.get("peer"):
            continue
        name = path.rpartition("node_modules/")[2]
        algorithm, _, digest = str(package["integrity"]).partition("-")
        assert algorithm == "sha512", "npm's locks carry no other"
        yield Component(
            name=name,
            version=str(package["version"]),
            type=ComponentType.LIBRARY,
            bom_ref=f"npm:{name}@{package['version']}",
            purl=PackageURL("npm", name=name, version=str(package["version"])),
            licenses=[LicenseFactory().make_from_string(str(package["license"]))],
            hashes=[HashType(alg=HashAlgorithm.SHA_512, content=base64.b64decode(digest).hex())],
        )


def _micropython() -> Iterable[Component]:
    for board, image in sorted(STOCK.items()):
        yield Component(
            name="micropython",
            version=">=" + ".".join(map(str, OLDEST)),
            type=ComponentType.FIRMWARE,
            bom_ref=f"micropython:{image}",
            licenses=[LicenseFactory().make_from_string("MIT")],
            properties=[
                Property(name="voiturier:board", value=board),
                Property(name="micropython:image", value=image),
            ],
        )


if __name__ == "__main__":
    sys.stdout.write(text_of(bill(sys.argv[1], int(sys.argv[2]))))
