#!/usr/bin/env python3
"""Adds to a package-lock.json what npm left out: the optional packages of platforms other than this machine's.

npm drops them from the lock when the registry it asks does not serve them, and `npm ci` then refuses the lock as
incomplete. Their versions stand in the packages that want them, so the entries can be written without the registry.

Usage: tools/complete_lock.py crates/console/package-lock.json
"""

import json
import sys

SYSTEMS = ("android", "darwin", "freebsd", "linux", "win32")
PROCESSORS = {"aarch64": "arm64", "arm64": "arm64", "armv7": "arm", "x64": "x64"}


def entry(name: str, version: str, wanted_by: dict) -> dict:
    words = name.split("/")[-1].split("-")
    system = next((word for word in words if word in SYSTEMS), None)
    processor = next((PROCESSORS[word] for word in words if word in PROCESSORS), None)
    if system is None or processor is None:
        sys.exit(f"{name}: cannot tell its platform from its name")
    made = {"version": version, "cpu": [processor], "optional": True, "os": [system]}
    if "musl" in words:
        made["libc"] = ["musl"]
    for key in ("dev", "license", "engines"):
        if key in wanted_by:
            made[key] = wanted_by[key]
    return made


def main() -> None:
    path = sys.argv[1]
    with open(path, encoding="utf-8") as file:
        lock = json.load(file)
    packages = lock["packages"]
    missing = {}
    for wanted_by in packages.values():
        for name, version in wanted_by.get("optionalDependencies", {}).items():
            if f"node_modules/{name}" not in packages:
                missing[f"node_modules/{name}"] = entry(name, version, wanted_by)
    lock["packages"] = dict(sorted({**packages, **missing}.items()))
    with open(path, "w", encoding="utf-8") as file:
        json.dump(lock, file, indent=2, ensure_ascii=False)
        file.write("\n")
    print(f"{path}: {len(missing)} added")


main()
