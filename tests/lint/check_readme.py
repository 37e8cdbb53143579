"""Checks that the README still tells the truth: its examples are those that are compiled, what it links
to is there, and it names every option."""

import pathlib
import re
import sys


def main(root):
    root = pathlib.Path(root)
    readme = (root / "README.md").read_text(encoding="utf-8")
    problems = []
    examples = re.findall(r"```c\n(.*?)```", readme, re.DOTALL)
    compiled = [(root / "tests/consumer" / name).read_text(encoding="utf-8")
                for name in ("example.c", "example_loop.c")]
    if examples != compiled:
        problems.append("its C examples are not tests/consumer/example.c and example_loop.c")
    for target in re.findall(r"\]\(([^)]+)\)", readme):
        if not (root / target).exists():
            problems.append(f"it links to {target}, which is not there")
    table = (root / "src/plan/params.c").read_text(encoding="utf-8")
    options = re.findall(r'\{"\w+\.\w+", "([\w-]+)"', table)
    if not options:
        problems.append("no options were found in src/plan/params.c")
    for option in options:
        if f"`--{option}`" not in readme:
            problems.append(f"it does not name --{option}")
    for problem in problems:
        print(f"README.md: {problem}")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
