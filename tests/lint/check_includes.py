"""Checks which folder of src/ includes which other one, and which library."""

import pathlib
import re
import sys

ALLOWED_FOLDERS = {
    "base": set(),
    "learn": {"base"},
    "record": {"base", "learn"},
    "plot": {"base", "learn"},
    "encode": {"base"},
    "render": {"base", "learn", "record", "plot", "encode"},
    "plan": {"base", "learn", "record", "plot", "encode", "render"},
    "cli": {"base", "plan"},
}
# What a library's headers look like, and who may include them.
LIBRARIES = {
    r"cairo": {"plot"},
    r"pango/": {"plot"},
    r"libav": {"encode"},
    r"libsw": {"encode"},
    r"hdf5": {"record"},
    r"zlib": {"record"},
    r"yaml": {"plan"},
    r"jansson": {"plan"},
    r"microhttpd": {"cli"},
}


def main(root):
    source = pathlib.Path(root) / "src"
    owner = {path.name: path.parent.name for path in source.glob("*/*.h")}
    problems = []
    for path in sorted(source.glob("*/*.[ch]")):
        folder = path.parent.name
        for number, line in enumerate(path.read_text().splitlines(), 1):
            where = f"{path.relative_to(root)}:{number}"
            quoted = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
            angled = re.match(r"\s*#\s*include\s*<([^>]+)>", line)
            if quoted:
                other = owner.get(quoted[1])
                if other is None:
                    problems.append(f"{where}: no header {quoted[1]} in src/")
                elif other != folder and other not in ALLOWED_FOLDERS[folder]:
                    problems.append(f"{where}: {folder} must not include {other}")
            for pattern, users in LIBRARIES.items():
                if angled and re.match(pattern, angled[1]) and folder not in users:
                    problems.append(f"{where}: only {', '.join(users)} may include {angled[1]}")
    for folder in {path.parent.name for path in source.glob("*/*.c")} - set(ALLOWED_FOLDERS):
        problems.append(f"src/{folder}: not in the list of folders")
    print("\n".join(problems) or "includes are in order")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
