"""Checks that training comes to the same bits whatever it is compiled with: src/learn is compiled
without optimisation, with all of it, for AVX2 and for this very processor, and by clang where that
is installed. The library as it was built, which chooses by the processor, is compared as well.

    check_trajectories.py SOURCE BUILT COMPILER

SOURCE is the project's folder, and BUILT the program that was built with the library."""

import platform
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# What CMakeLists.txt compiles src/learn with, besides the optimisation.
FLAGS = ["-std=c17", "-D_GNU_SOURCE", "-ffp-contract=off", "-fno-trapping-math", "-fno-math-errno"]


def has_avx2():
    try:
        return " avx2 " in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False


def variants(compiler):
    """Name and command of each."""
    compilers = [compiler]
    clang = shutil.which("clang")
    if clang and "clang" not in subprocess.run([compiler, "--version"], check=True,
                                               capture_output=True, text=True).stdout:
        compilers.append(clang)
    for each in compilers:
        yield f"{each} -O0", [each, "-O0"]
        yield f"{each} -O3", [each, "-O3"]
        if platform.machine() not in ("x86_64", "AMD64"):
            continue
        if has_avx2():
            yield f"{each} -O3 -mavx2", [each, "-O3", "-mavx2"]
            yield f"{each} -O3 -march=native", [each, "-O3", "-march=native"]
        else:
            print(f"{each} -O3 -mavx2: skipped, as this processor has no AVX2")


def compile_and_run(source, folder, number, command):
    program = Path(folder) / f"trajectories{number}"
    files = [*sorted((source / "src/learn").glob("*.c")), source / "src/base/alloc.c",
             source / "src/base/cancel.c",
             source / "src/base/diag.c", source / "tests/golden/trajectories.c"]
    subprocess.run([*command, *FLAGS, f"-I{source}/include", f"-I{source}/src/base",
                    f"-I{source}/src/learn", *files, "-o", program, "-lm"], check=True)
    return subprocess.run([program], check=True, capture_output=True, text=True).stdout


def differing(got, expected):
    lines, known = got.splitlines(), expected.splitlines()
    if len(lines) != len(known):
        return [f"{len(lines)} lines instead of {len(known)}"]
    return [line for line, other in zip(lines, known) if line != other]


def main(source, built, compiler):
    source = Path(source)
    expected = (source / "tests/golden/trajectories.txt").read_text(encoding="utf-8")
    results = {"as built": subprocess.run([built], check=True, capture_output=True,
                                          text=True).stdout}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        jobs = {name: pool.submit(compile_and_run, source, folder, number, command)
                for number, (name, command) in enumerate(variants(compiler))}
        results |= {name: job.result() for name, job in jobs.items()}
    failed = False
    for name, result in results.items():
        differences = differing(result, expected)
        print(f"{name}: {'; '.join(differences) or 'the same'}")
        failed = failed or bool(differences)
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
