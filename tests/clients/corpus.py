#!/usr/bin/env python3
"""Packages for the tests with real clients: made by rule, found on this machine, fetched from Debian.

    corpus.py FOLDER [--debian]

writes them to FOLDER and their list as JSON to standard output. What is made by rule has the same
bytes every time. Only the standard library is needed, and apt-get for --debian.
"""

import argparse
import base64
import bz2
import gzip
import hashlib
import io
import json
import lzma
import re
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

BUNDLED = Path("/usr/share/python-wheels")

# Source packages whose upstream archive is the sdist itself, and why they are interesting.
DEBIAN_SOURCES = {
    "python-webencodings": "tiny, metadata 1.1, no Requires-Python",
    "python-repoze.lru": "a dot in name and file name",
    "python-geoip": "capitals, C extension",
    "netifaces": "C extension",
    "markupsafe": "mixed case, C extension, License-File under 2.1",
    "jinja2": "extras, Requires-Python",
    "python3-openid": "a digit and a dash in the name",
    "python-intervaltree": "long description in markdown",
    "python-cffi": "half a megabyte of C",
    "python-toml": "archive of a git tag: no PKG-INFO",
    "ptyprocess": "archive of a git tag: no PKG-INFO",
}


@dataclass(frozen=True)
class Package:
    path: str
    name: str
    version: str
    kind: str  # sdist, bdist_wheel, bdist_egg
    note: str
    requires_python: str = ""
    has_metadata: bool = True

    @property
    def filename(self):
        return Path(self.path).name

    @property
    def project(self):
        return normalize(self.name)

    def bytes(self):
        return Path(self.path).read_bytes()


def normalize(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def noise(size, seed):
    """Bytes that no compression makes smaller, the same for the same seed."""
    return hashlib.shake_256(seed.encode()).digest(size)


def metadata(name, version, metadata_version="2.1", requires_python="", fields=(), description=""):
    lines = [("Metadata-Version", metadata_version), ("Name", name), ("Version", version)]
    lines.append(("Summary", f"{name} for tests"))
    if requires_python:
        lines.append(("Requires-Python", requires_python))
    lines.extend(fields)
    text = "".join(f"{field}: {value}\n" for field, value in lines)
    return (text + (f"\n{description}" if description else "")).encode()


# --- archives -------------------------------------------------------------------------------------


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return out.getvalue()


def tarred(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mtime = 1577836800
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def packed(members, extension):
    if extension == ".zip":
        return zipped(members)
    tar = tarred(members)
    if extension in (".tar.gz", ".tgz"):
        return gzip.compress(tar, mtime=0)
    if extension in (".tar.bz2", ".tbz"):
        return bz2.compress(tar)
    return lzma.compress(tar) if extension == ".tar.xz" else tar


# --- distributions --------------------------------------------------------------------------------


def build_wheel(folder, name, version, *, note="", requires_python="", metadata_version="2.1",
                tag="py3-none-any", build="", payload=0, fields=(), description="", stem=None):
    """A wheel that pip installs. `payload` bytes of noise make it as large as wanted."""
    module = normalize(name).replace("-", "_")
    stem = stem or f"{module}-{version.replace('-', '_')}"
    info = f"{stem}.dist-info"
    members = [(f"{module}/__init__.py", f"__version__ = {version!r}\n".encode())]
    if payload:
        members.append((f"{module}/payload.bin", noise(payload, f"{name} {version}")))
    document = metadata(name, version, metadata_version, requires_python, fields, description)
    tags = "".join(f"Tag: {t}\n" for t in expanded_tags(tag))
    wheel = f"Wheel-Version: 1.0\nGenerator: corpus\nRoot-Is-Purelib: true\n{tags}".encode()
    members += [(f"{info}/METADATA", document), (f"{info}/WHEEL", wheel)]
    members.append((f"{info}/RECORD", record_of(members, info)))
    filename = "-".join(filter(None, [stem, build, tag])) + ".whl"
    return write(folder, filename, zipped(members), name, version, "bdist_wheel", note,
                 requires_python)


def expanded_tags(tag):
    python, abi, platform = tag.split("-")
    return [f"{p}-{a}-{x}" for p in python.split(".") for a in abi.split(".")
            for x in platform.split(".")]


def record_of(members, info):
    rows = []
    for name, data in members:
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={digest},{len(data)}\n")
    return ("".join(rows) + f"{info}/RECORD,,\n").encode()


def build_sdist(folder, name, version, *, note="", requires_python="", metadata_version="2.1",
                extension=".tar.gz", stem=None, pkg_info=True, payload=0, fields=(), description=""):
    """A source distribution that setuptools can build."""
    stem = stem or f"{normalize(name).replace('-', '_')}-{version}"
    module = normalize(name).replace("-", "_")
    setup = ("from setuptools import setup\n"
             f"setup(name={name!r}, version={version!r}, py_modules=[{module!r}])\n")
    members = [(f"{stem}/setup.py", setup.encode()),
               (f"{stem}/{module}.py", f"__version__ = {version!r}\n".encode())]
    if payload:
        members.append((f"{stem}/payload.bin", noise(payload, f"{name} {version}")))
    if pkg_info:
        document = metadata(name, version, metadata_version, requires_python, fields, description)
        members.append((f"{stem}/PKG-INFO", document))
    return write(folder, stem + extension, packed(members, extension), name, version, "sdist", note,
                 requires_python if pkg_info else "", pkg_info)


def build_egg(folder, name, version, *, note=""):
    module = normalize(name).replace("-", "_")
    members = [(f"{module}.py", b""), ("EGG-INFO/PKG-INFO", metadata(name, version, "1.1"))]
    return write(folder, f"{module}-{version}-py3.11.egg", zipped(members), name, version,
                 "bdist_egg", note)


def write(folder, filename, data, name, version, kind, note, requires_python="", has_metadata=True):
    path = Path(folder) / filename
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return Package(str(path), name, version, kind, note, requires_python, has_metadata)


# --- collections ----------------------------------------------------------------------------------


def flywheel(folder):
    """One project with a history: releases, a candidate, a commit, a local version."""
    return [
        build_sdist(folder, "flywheel", "0.1.0", requires_python=">=3.6", note="first release"),
        build_wheel(folder, "flywheel", "0.1.0", requires_python=">=3.6", note="first release"),
        build_sdist(folder, "flywheel", "0.1.0-2-g185e630", note="version made by git describe"),
        build_wheel(folder, "flywheel", "0.2.0rc1", requires_python=">=3.7", note="candidate"),
        build_wheel(folder, "flywheel", "0.2.0", requires_python=">=3.7", note="second release"),
        build_wheel(folder, "flywheel", "0.2.0", build="1", requires_python=">=3.7",
                    note="the same built again"),
        build_wheel(folder, "flywheel", "0.10.0", requires_python=">=99",
                    note="highest, but for no Python there is"),
        build_wheel(folder, "flywheel", "0.2.0+cu121", note="local version"),
        build_wheel(folder, "flywheel", "0.2.0.post1.dev20231231235959123", note="long number"),
    ]


def odd(folder):
    """One of each kind that makes servers stumble."""
    markdown = [("Description-Content-Type", "text/markdown")]
    return [
        build_sdist(folder, "Odd.Zip", "1.0", extension=".zip", note="zip"),
        build_sdist(folder, "odd-bz2", "1.0", extension=".tar.bz2", note="bzip2"),
        build_sdist(folder, "odd-xz", "1.0", extension=".tar.xz", note="xz"),
        build_sdist(folder, "odd-tgz", "1.0", extension=".tgz", note="short extension"),
        build_sdist(folder, "odd-old", "1.0", metadata_version="1.0", note="metadata 1.0"),
        build_sdist(folder, "odd-bare", "1.0", pkg_info=False, note="no PKG-INFO"),
        build_sdist(folder, "odd-2", "1", stem="odd-2-1", note="a name that ends in a number"),
        build_sdist(folder, "Odd.Dotted", "1.0", stem="Odd.Dotted-1.0", note="dots and capitals"),
        build_sdist(folder, "odd-epoch", "1!2.0", note="epoch"),
        build_sdist(folder, "odd-zeros", "1.0.0", note="zeros at the end"),
        build_wheel(folder, "odd-epoch", "1!2.0", note="epoch"),
        build_wheel(folder, "odd-new", "1.0", metadata_version="2.4", note="metadata 2.4",
                    fields=[("License-Expression", "MIT OR Apache-2.0"), ("Dynamic", "version"),
                            ("Provides-Extra", "fast"), *markdown],
                    description="# Odd\n\nWith *markdown*, <tags> & ünïcode.\n"),
        build_wheel(folder, "odd-quotes", "1.0", requires_python=">=3.6,!=3.7.*,<4",
                    note="Requires-Python that wants escaping"),
        build_wheel(folder, "odd-linux", "1.0", tag="py2.py3-none-linux_x86_64",
                    note="plain linux tag, two Pythons"),
        build_egg(folder, "odd-egg", "1.0", note="egg"),
    ]


def sized(folder):
    return [
        build_wheel(folder, "middling", "1.0", payload=300_000, note="300 KB"),
        build_wheel(folder, "large", "1.0", payload=20_000_000, note="20 MB"),
    ]


def bundled():
    """The wheels that Debian has for its own virtual environments; none is fine."""
    packages = []
    for path in sorted(BUNDLED.glob("*.whl")) if BUNDLED.is_dir() else []:
        name, version = path.name.split("-")[:2]
        packages.append(Package(str(path), name, version, "bdist_wheel", "bundled with Debian"))
    return packages


# --- sdists of Debian -----------------------------------------------------------------------------


class AptSources:
    """apt-get with the source packages of this machine's Debian, beside its own configuration."""

    def __init__(self, folder):
        self.folder = Path(folder)
        lists = self.folder / "lists"
        (lists / "partial").mkdir(parents=True, exist_ok=True)
        self.options = [
            "-q", "-o", f"Dir::Etc::SourceList={self.folder}/sources.list",
            "-o", "Dir::Etc::SourceParts=-", "-o", f"Dir::State::Lists={lists}",
            "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=",
            "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20",
        ]

    def run(self, *arguments, timeout=120):
        return subprocess.run(["apt-get", *self.options, *arguments], cwd=self.folder, text=True,
                              capture_output=True, timeout=timeout, check=False)

    def update(self):
        """Why there are no sources, or None."""
        targets = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)",
             "Created-By: Packages", "Origin: Debian", "Component: main"],
            text=True, capture_output=True, check=False).stdout.splitlines()
        lines = sorted({f"deb-src {t}\n" for t in targets if "-" not in t.split()[1]})
        if not lines:
            return "apt knows no Debian repository; run apt-get update"
        (self.folder / "sources.list").write_text("".join(lines))
        done = self.run("update")
        return None if done.returncode == 0 else f"apt-get update: {done.stderr.strip()[-200:]}"

    def fetch(self, source):
        """The upstream archive of a source package, or None."""
        before = set(self.folder.iterdir())
        self.run("source", "--download-only", "--tar-only", "--only-source", source)
        new = [p for p in set(self.folder.iterdir()) - before if ".orig.tar." in p.name]
        return new[0] if new else None


def debian_sdists(folder):
    """(packages, reasons why others are missing). Fetched once per folder."""
    folder = Path(folder)
    work = folder / "apt"
    packages, skipped = [], []
    try:
        apt = AptSources(work)
        if (why := apt.update()) is not None:
            return [], [why]
        for source, note in DEBIAN_SOURCES.items():
            stem = re.compile(re.escape(source) + r"_(.+)\.orig\.(tar\.\w+)")
            archives = [p for p in work.iterdir() if stem.fullmatch(p.name)]
            archive = archives[0] if archives else apt.fetch(source)
            if archive is None:
                skipped.append(f"{source}: this mirror does not have its upstream archive")
                continue
            version, extension = stem.fullmatch(archive.name).groups()
            packages.append(as_sdist(folder, archive, source, version, "." + extension, note))
    except (OSError, subprocess.TimeoutExpired) as problem:
        skipped.append(str(problem))
    return packages, skipped


def as_sdist(folder, archive, source, version, extension, note):
    """The archive under the file name that its own PKG-INFO asks for."""
    name, requires_python, found = source.removeprefix("python-"), "", False
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            if re.fullmatch(r"(\./)?[^/]+/PKG-INFO", member.name):
                text = tar.extractfile(member).read().decode("utf-8", "replace").split("\n\n")[0]
                fields = dict(re.findall(r"(?m)^([\w-]+): (.*?)\r?$", text))
                name, version, found = fields["Name"], fields["Version"], True
                requires_python = fields.get("Requires-Python", "")
    return write(folder, f"{name}-{version}{extension}", archive.read_bytes(), name, version,
                 "sdist", note, requires_python, found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--debian", action="store_true", help="fetch sdists with apt-get as well")
    arguments = parser.parse_args()
    packages = flywheel(arguments.folder) + odd(arguments.folder) + sized(arguments.folder)
    packages += bundled()
    if arguments.debian:
        fetched, skipped = debian_sdists(arguments.folder / "debian")
        packages += fetched
        for why in skipped:
            print(f"skipped: {why}", file=sys.stderr)
    json.dump([asdict(p) for p in packages], sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
