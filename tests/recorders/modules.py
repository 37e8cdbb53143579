"""Runs a test by a Python that has what it needs: the one that was asked, or the system's."""
import os
import subprocess
import sys

SKIPPED = 77
SYSTEM = "/usr/bin/python3"


def need(*modules):
    """Goes on if this Python has the modules, or goes over to the system's, or ends the program with the
    exit code for a test that was skipped."""
    check = "import " + ", ".join(modules)

    def has(python):
        return subprocess.run([python, "-c", check], capture_output=True).returncode == 0
    if has(sys.executable):
        return
    if sys.executable != SYSTEM and os.access(SYSTEM, os.X_OK) and has(SYSTEM):
        os.execv(SYSTEM, [SYSTEM, *sys.argv])
    print(f"skipped: no Python here has {' and '.join(modules)}")
    sys.exit(SKIPPED)
