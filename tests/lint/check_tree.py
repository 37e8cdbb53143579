"""Checks what git keeps: known places at the top, nothing large, no machine's paths or hosts."""

import pathlib
import re
import subprocess
import sys

TOP = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "include", "out", "scripts",
       "src", "tests"}
LARGEST = 200 * 1024
FORBIDDEN = [
    (re.compile(rb"/(root|home|work|Users)/\w"), "an absolute path of a machine"),
    (re.compile(rb"https?://(localhost|127\.|10\.|192\.168\.|[\w.-]*(registry|mirror|proxy))"),
     "a registry's or machine's address"),
]


def main(root):
    root = pathlib.Path(root)
    if subprocess.run(["git", "-C", root, "rev-parse"], capture_output=True).returncode:
        print("not a git checkout: nothing to check")
        return False
    listing = subprocess.run(["git", "-C", root, "ls-files", "-z"], check=True,
                             capture_output=True, text=True).stdout
    problems = []
    for name in filter(None, listing.split("\0")):
        path = root / name
        top = name.split("/")[0]
        if top not in TOP and not top.startswith("."):
            problems.append(f"{name}: does not belong at the top")
        if name.startswith("out/") and name != "out/.gitkeep":
            problems.append(f"{name}: what the program writes is not kept")
        if not path.is_file():
            continue
        if path.stat().st_size > LARGEST:
            problems.append(f"{name}: larger than {LARGEST} bytes")
        text = path.read_bytes()
        for pattern, what in FORBIDDEN:
            if pattern.search(text) and path.suffix != ".png" and path.name != "check_tree.py":
                problems.append(f"{name}: holds {what}")
    print("\n".join(problems) or "the tree is in order")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
