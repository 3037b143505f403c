"""Takes some members out of a wheel: `unpack.py list WHEEL` prints their names as JSON, `unpack.py take WHEEL` reads a JSON
object {member: path} on standard input and writes each member there. Nothing of a wheel is installed or run."""
import json
import os
import shutil
import sys
import zipfile

act, wheel = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    if act == "list":
        print(json.dumps(archive.namelist()))
    else:
        for member, path in json.load(sys.stdin).items():
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with archive.open(member) as source, open(path, "wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
