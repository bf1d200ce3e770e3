"""The software bill of materials: CycloneDX JSON, made with CycloneDX's own library and checked against its schema."""

import re
import uuid
from collections.abc import Sequence
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement

from core import __version__
from core.backbones.store import EMBEDDED_FOLDER, ModelStore
from installer.contents import Part

NAME = "sbom.cdx.json"
_ID = re.compile(r"[^a-z0-9.]+")


def write_sbom(path: Path, parts: Sequence[Part]) -> None:
    """Write the bill of materials of a bundle.

    Raises:
        ValueError: what was made is not valid by CycloneDX's schema.
    """
    text = sbom(parts)
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault is not None:
        raise ValueError(f"the bill of materials is not valid: {fault}")
    path.write_text(text, encoding="utf-8")


def sbom(parts: Sequence[Part]) -> str:
    """The JSON text."""
    licences = LicenseFactory()
    bom = Bom()
    program = _component("hikidashi", __version__, ComponentType.APPLICATION, "pkg", licences, "Apache-2.0")
    bom.metadata.component = program
    made = {part.name.lower(): _part(part, licences) for part in parts}
    for component in (*made.values(), _embedded(licences)):
        bom.components.add(component)
    bom.register_dependency(program, bom.components)
    for part in parts:
        needed = {_canonical(name) for name in _required(part)}
        bom.register_dependency(
            made[part.name.lower()], [c for name, c in made.items() if _canonical(name) in needed]
        )
    content = "\n".join(sorted(f"{part.kind} {part.name} {part.version}" for part in parts))
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_OID, f"hikidashi {__version__}\n{content}")
    text: str = JsonV1Dot6(bom).output_as_string(indent=1)
    return text


def _part(part: Part, licences: LicenseFactory) -> Component:
    kind = ComponentType.PLATFORM if part.kind == "runtime" else ComponentType.LIBRARY
    sort = {"python": "pypi", "system": "deb", "runtime": "generic", "asset": "generic"}[part.kind]
    return _component(part.name, part.version, kind, sort, licences, part.licence)


def _component(
    name: str, version: str, kind: ComponentType, sort: str, licences: LicenseFactory, licence: str
) -> Component:
    namespace = "debian" if sort == "deb" else None
    purl = None if sort == "pkg" else PackageURL(sort, namespace, _canonical(name), version)
    return Component(
        name=name,
        version=version,
        type=kind,
        bom_ref=f"{sort}:{_ID.sub('-', name.lower())}@{version}",
        purl=purl,
        licenses=[licences.make_from_string(licence)] if licence else (),
    )


def _embedded(licences: LicenseFactory) -> Component:
    entry = ModelStore(embedded=EMBEDDED_FOLDER).entry("embedded")
    return Component(
        name="embedded",
        version=entry.sha256,
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref="model:embedded",
        description=entry.purpose["en"],
        licenses=[licences.make_from_string(entry.licence)],
    )


def _required(part: Part) -> list[str]:
    """What a part needs without extras, on this system."""
    found = (Requirement(text) for text in part.requires)
    return [need.name for need in found if need.marker is None or need.marker.evaluate({"extra": ""})]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
