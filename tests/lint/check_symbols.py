"""Compares what the shared library exports with what the public headers declare, and checks that these
are headers that Doxygen looks at."""

import pathlib
import re
import subprocess
import sys


def main(root, library, nm):
    listing = subprocess.run([nm, "-D", "--defined-only", library], check=True,
                             capture_output=True, text=True).stdout
    exported = {line.split()[-1].split("@")[0] for line in listing.splitlines()}
    # what the sanitizers and the coverage of the compiler add is not ours
    exported = {name for name in exported
                if not re.match(r"_|llvm_|__(asan|tsan|ubsan|gcov)", name)}
    declared = set()
    problems = []
    for header in sorted((pathlib.Path(root) / "include/trainreel").glob("*.h")):
        text = header.read_text(encoding="utf-8")
        declared |= set(re.findall(r"\bTR_API\b[^;{]*?\b(tr_\w+)\(", text))
        if not text.startswith("/** @file\n"):
            problems.append(f"{header.name} does not start with @file, so Doxygen passes it over")
    problems += [f"exported, but in no public header: {name}" for name in sorted(exported - declared)]
    problems += [f"declared, but not exported: {name}" for name in sorted(declared - exported)]
    print("\n".join(problems) or f"{len(exported)} functions exported and declared")
    return bool(problems) or not exported


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
