#!/usr/bin/python3
"""Measures trainreel against what one would use instead, and its parts against each other.

Every figure is a ratio of two medians, and the two sides take turns, so that a machine that is slow,
or slow for a while, is slow for both. Nothing here fails because a figure is missed; only what
does not run at all does."""

# This module must stay small: a child counts its parent's memory as its own until it runs its own
# program, so with NumPy in here every peak memory below would be NumPy's.
import argparse
import json
import math
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
FRAMES_PER_SECOND = 30
SHORT = (81, 50)  # frames, and iterations from one to the next: the post's video
LONG = (1001, 4)  # the same run in 1000 steps
TRAINING_EPOCHS = 20000  # of two iterations
MIB = 1024  # in the kilobytes of getrusage


class CommandFailed(Exception):
    pass


@dataclass
class Run:
    """A process that has ended."""

    seconds: float
    peak_kib: int
    stdout: str
    stderr: str


@dataclass
class Row:
    """A line of the table. Without a reach it is there to be read only."""

    figure: str
    measured: float
    unit: str = ""
    reach: float | None = None
    stretch: float | None = None
    at_least: bool = False  # otherwise at most
    medians: dict = field(default_factory=dict)

    def meets(self, bound):
        return self.measured >= bound if self.at_least else self.measured <= bound

    def verdict(self):
        if self.reach is None:
            return "-"
        if self.stretch is not None and self.meets(self.stretch):
            return "stretch"
        return "reach" if self.meets(self.reach) else "missed"

    def bound(self, value):
        return "" if value is None else f"{'≥' if self.at_least else '≤'} {value:g}{self.unit}"

    def cells(self):
        digits = 1 if self.measured >= 10 else 2
        return [self.figure, f"{self.measured:.{digits}f}{self.unit}", self.bound(self.reach),
                self.bound(self.stretch), self.verdict()]


def run(*command):
    """Runs a command to its end, with what it prints in files: a full pipe would stop it."""
    command = [str(part) for part in command]
    with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        start = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                                   env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0)
        stderr.seek(0)
        ended = Run(seconds, usage.ru_maxrss, stdout.read(), stderr.read())
    if process.returncode:
        raise CommandFailed(f"{shlex.join(command)}\nfailed ({process.returncode}):\n{ended.stderr}")
    return ended


def take_turns(count, **sides):
    """Calls every side `count` times in turn; returns a list of results for each."""
    results = {name: [] for name in sides}
    for _ in range(count):
        for name, side in sides.items():
            results[name].append(side())
    return results


class Bench:
    """The programs that are measured, and how often."""

    def __init__(self, args, folder):
        self.trainreel_path = args.trainreel
        self.bench_frames_path = args.bench_frames
        self.bench_compare_path = args.bench_compare
        self.bench_train_path = args.bench_train
        self.bench_preview_path = args.bench_preview
        self.bench_record_path = args.bench_record
        self.runs = args.runs
        self.folder = Path(folder)

    def trainreel(self, *options):
        return run(self.trainreel_path, "render", "-q", "--out", self.folder, *options)

    def trainreel_frames(self, n_frames, jobs):
        """The post's second net, one iteration an epoch, as long as is wanted."""
        return self.trainreel("--batch-size", 200, "--epochs", n_frames - 1, "--every", 1,
                              "--jobs", jobs)

    def compare(self, *options):
        """All of it: what is there already would not be made again."""
        return run(self.trainreel_path, "compare", "-q", "--force", "--out", self.folder / "compared",
                   "--batch-size", "1,8,32,128,200", *options)

    def draw_compared(self):
        """The frames of its films, for the next."""
        self.compare()
        run(self.bench_compare_path, "draw", self.folder)

    def encode_compared(self, jobs):
        """Seconds of a process that encodes them, without those in which it reads them."""
        ended = run(self.bench_compare_path, "encode", self.folder, "-j", jobs)
        return ended.seconds - json.loads(ended.stdout)["reading_seconds"]

    def bench_frames(self, mode, *options):
        return run(self.bench_frames_path, mode, *options)

    def iteration_us(self, *command):
        """Of a training, by its own clock: starting Python takes longer than many trainings."""
        return json.loads(run(*command, "--epochs", TRAINING_EPOCHS).stdout)["iteration_us"]

    def other(self, script, frames, every):
        return run(sys.executable, HERE / script, self.folder / "other.mp4", "--frames", frames,
                   "--every", every)

    def warm_up(self, script):
        """Reads what both sides need from the disk, and lets them build their font caches."""
        self.trainreel("--epochs", 1)
        self.other(script, 2, 1)


def median_values(results):
    return {name: median(values) for name, values in results.items()}


def median_seconds(results):
    return {name: median(each.seconds for each in runs) for name, runs in results.items()}


# ---- the figures ----


def short_against_matplotlib(bench):
    bench.warm_up("matplotlib_video.py")
    seconds = median_seconds(take_turns(
        bench.runs,
        trainreel=lambda: bench.trainreel("--every", SHORT[1]),
        matplotlib=lambda: bench.other("matplotlib_video.py", *SHORT)))
    yield Row("81 frames, times faster than matplotlib", seconds["matplotlib"] / seconds["trainreel"],
              "x", 25, 50, True, seconds)


def long_against_matplotlib(bench):
    bench.warm_up("matplotlib_video.py")
    seconds = median_seconds(take_turns(
        bench.runs,
        j1=lambda: bench.trainreel("--every", LONG[1], "-j", 1),
        j2=lambda: bench.trainreel("--every", LONG[1], "-j", 2),
        matplotlib=lambda: bench.other("matplotlib_video.py", *LONG)))
    for jobs, reach, stretch in (("j1", 60, 75), ("j2", 100, 130)):
        yield Row(f"1000 frames, times faster than matplotlib, -j {jobs[1]}",
                  seconds["matplotlib"] / seconds[jobs], "x", reach, stretch, True, seconds)


def long_against_gnuplot(bench):
    bench.warm_up("gnuplot_video.py")
    seconds = median_seconds(take_turns(
        bench.runs,
        j1=lambda: bench.trainreel("--every", LONG[1], "-j", 1),
        gnuplot=lambda: bench.other("gnuplot_video.py", *LONG)))
    yield Row("1000 frames, times faster than gnuplot and ffmpeg, -j 1",
              seconds["gnuplot"] / seconds["j1"], "x", 10, 14, True, seconds)


def whole_over_encoding(bench):
    """How little there is besides encoding: the whole process against encoding frames in memory."""
    bench.trainreel("--epochs", 1)
    results = take_turns(
        3 * bench.runs,  # both are short, and close to each other
        whole=lambda: bench.trainreel("--every", LONG[1], "-j", 1).seconds,
        encoding=lambda: json.loads(
            bench.bench_frames("encode", "--frames", LONG[0], "--every", LONG[1]).stdout)["seconds"])
    seconds = median_values(results)
    yield Row("1000 frames, whole time over encoding alone, -j 1",
              seconds["whole"] / seconds["encoding"], "", 1.25, 1.13, medians=seconds)


def drawing_over_encoding(bench):
    ended = bench.bench_frames("split", "--frames", LONG[0], "--every", LONG[1], "--repetitions",
                               max(5, 3 * bench.runs))
    times = json.loads(ended.stdout)
    yield Row("a frame, drawing and converting over encoding", 100 * times["draw_us"] / times["encode_us"],
              " %", 12, 8, medians=times)


def two_workers_over_one(bench):
    seconds = median_seconds(take_turns(
        bench.runs,
        j1=lambda: bench.trainreel_frames(10000, 1),
        j2=lambda: bench.trainreel_frames(10000, 2)))
    yield Row("10,000 frames, times faster with -j 2 than with -j 1", seconds["j1"] / seconds["j2"],
              "x", 1.8, 1.9, True, seconds)


def memory_against_length(bench):
    """81 frames are one segment and need one encoder, whatever -j says; the rows without a reach
    compare runs that keep all their workers busy."""
    bounded = {"reach": 1.15, "stretch": 1.05}
    for long, short, jobs, bounds in ((10000, 81, 1, bounded), (10000, 81, 2, bounded),
                                      (10000, 720, 2, {}), (20000, 2000, 1, {})):
        results = take_turns(bench.runs,
                             long=lambda: bench.trainreel_frames(long, jobs),
                             short=lambda: bench.trainreel_frames(short, jobs))
        peaks = {f"{name}_mib": median(each.peak_kib for each in runs) / MIB
                 for name, runs in results.items()}
        yield Row(f"peak memory, {long:,} over {short:,} frames, -j {jobs}",
                  peaks["long_mib"] / peaks["short_mib"], medians=peaks, **bounds)


def comparison_over_encoding(bench):
    """The whole process against one that only encodes the frames of both films, which it is given."""
    bench.draw_compared()
    for jobs in (1, 2):
        seconds = median_values(take_turns(
            3 * bench.runs,
            whole=lambda: bench.compare("--jobs", jobs).seconds,
            encoding=lambda: bench.encode_compared(jobs)))
        yield Row(f"5 batch sizes, whole time over encoding alone, -j {jobs}",
                  seconds["whole"] / seconds["encoding"], "", 1.3, medians=seconds)


def page_over_none(bench):
    bench.compare()
    seconds = median_seconds(take_turns(
        3 * bench.runs,
        page=lambda: bench.compare("--page", "yes", "--jobs", 1),
        none=lambda: bench.compare("--page", "no", "--jobs", 1)))
    yield Row("5 batch sizes, what the page adds, -j 1",
              100 * (seconds["page"] / seconds["none"] - 1), " %", 5, medians=seconds)


def formats_over_each(bench):
    """Three formats in one pass over the frames, against a pass for each."""
    formats = ("mp4", "webm", "gif")

    def render(formats):
        return bench.trainreel("--every", SHORT[1], "-j", 1, "--format", formats).seconds

    seconds = median_values(take_turns(
        bench.runs,
        together=lambda: render(",".join(formats)),
        apart=lambda: sum(render(each) for each in formats)))
    yield Row("81 frames as MP4, WebM and GIF, together over one by one",
              seconds["together"] / seconds["apart"], medians=seconds)


def training_against_numpy(bench):
    for net, reach, stretch in (("neuron", 25, 40), ("1-60-1", 8, 12), ("1-10-10-1", 8, 20)):
        results = take_turns(
            bench.runs,
            trainreel=lambda: bench.iteration_us(bench.bench_train_path, net),
            numpy=lambda: bench.iteration_us(sys.executable, HERE / "train_numpy.py", net))
        medians = {f"{name}_us": median(values) for name, values in results.items()}
        yield Row(f"an iteration of {net}, times faster than NumPy",
                  medians["numpy_us"] / medians["trainreel_us"], "x", reach, stretch, True, medians)


def training_while_watched(bench):
    turns = json.loads(run(bench.bench_preview_path, 2 * bench.runs + 1).stdout)
    yield Row("a training with two viewers over one alone, processor time", turns["processor_ratio"],
              "", 1.01, 1.005, medians=turns)
    yield Row("a training with two viewers over one alone, wall time", turns["clock_ratio"])


def recording_over_training(bench):
    """Four million iterations of 0.3 us each, all of them on disk. The whole time shows that little only where
    the thread that writes has a processor to itself. What even an empty recording takes is told as well,
    for the post's own run is over in less."""
    turns = json.loads(run(bench.bench_record_path, bench.folder / "record.h5", bench.runs).stdout)
    yield Row("4,000,000 iterations recorded over trained only, whole time", turns["clock_ratio"], "",
              1.05, medians=turns)
    yield Row("the same, processor time of all threads", turns["processor_ratio"])
    yield Row("the same, processor time of the thread that trains", turns["trainer_ratio"], "", 1.05)
    yield Row("creating and finishing an empty recording", turns["empty_ms"], " ms")
    yield Row("the same, the first of a process, which loads HDF5", turns["first_ms"], " ms")


def size_against_medium(bench):
    film = bench.folder / "film.yuv"
    bench.bench_frames("yuv", film, "--frames", LONG[0], "--every", LONG[1])
    for profile, options, reach, stretch in (("default", [], 0.95, 0.85),
                                             ("baseline", ["-profile:v", "baseline"], 1.15, 1.05)):
        ours = bench.trainreel("--every", LONG[1],
                               *(["--profile", profile] if profile != "default" else []))
        del ours
        size = payload(bench.folder / "neuron.mp4")
        quality = psnr(bench.folder / "neuron.mp4", film)
        medium = size_at(quality, medium_sizes(bench.folder, film, options))
        yield Row(f"size at equal PSNR over x264 medium, {profile} profile", size / medium, "",
                  reach, stretch,
                  medians={"bytes": size, "psnr_db": quality, "medium_bytes": round(medium)})


FIGURES = {
    "81 frames, matplotlib": short_against_matplotlib,
    "1000 frames, matplotlib": long_against_matplotlib,
    "1000 frames, gnuplot": long_against_gnuplot,
    "1000 frames, whole over encoding": whole_over_encoding,
    "drawing over encoding": drawing_over_encoding,
    "10,000 frames, two workers": two_workers_over_one,
    "comparison": comparison_over_encoding,
    "page": page_over_none,
    "formats": formats_over_each,
    "memory": memory_against_length,
    "training": training_against_numpy,
    "preview": training_while_watched,
    "record": recording_over_training,
    "size": size_against_medium,
}

# ---- size and quality ----


def raw_input(film):
    """ffmpeg's options for the raw frames. They are tagged as ours are, lest it convert them."""
    return ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", "400x300",
            "-framerate", FRAMES_PER_SECOND, "-color_range", "tv", "-colorspace", "bt709",
            "-i", film]


def payload(video):
    """Bytes of the stream itself, without what the container adds."""
    ended = run("ffprobe", "-v", "error", "-show_entries", "packet=size", "-of", "csv=p=0", video)
    sizes = [int(line.strip(",")) for line in ended.stdout.split()]
    if len(sizes) != LONG[0]:
        raise CommandFailed(f"{video} has {len(sizes)} frames instead of {LONG[0]}")
    return sum(sizes)


def psnr(video, film):
    """Of the mean squared error over all planes of all frames, in dB."""
    # By number, not by time: both have the same frames, but round their times differently.
    by_number = f"settb=1/{FRAMES_PER_SECOND},setpts=N"
    graph = f"[0:v]{by_number}[a];[1:v]{by_number}[b];[a][b]psnr"
    ended = run("ffmpeg", "-hide_banner", "-nostats", "-i", video, *raw_input(film),
                "-lavfi", graph, "-f", "null", "-")
    return float(re.search(r"PSNR .*average:([\d.]+)", ended.stderr)[1])


def medium_sizes(folder, film, options):
    """(PSNR, bytes) of x264's medium at several rates: one GOP, one thread, and without the SEI in
    which x264 describes itself, as ours have none."""
    def encode(crf):
        video = folder / f"medium{crf}.mp4"
        run("ffmpeg", "-v", "error", "-y", *raw_input(film), "-c:v", "libx264",
            "-preset", "medium", "-crf", crf, "-threads", 1, *options,
            "-x264-params", "keyint=infinite", "-bsf:v", "filter_units=remove_types=6", video)
        return psnr(video, film), payload(video)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sorted(pool.map(encode, range(14, 31)))


def size_at(quality, points):
    """Bytes at a PSNR, by linear interpolation of their logarithm."""
    for (low, small), (high, large) in zip(points, points[1:]):
        if low <= quality <= high:
            share = (quality - low) / (high - low)
            return math.exp((1 - share) * math.log(small) + share * math.log(large))
    raise CommandFailed(f"{quality:.2f} dB is not between medium's {points[0][0]:.2f} and "
                        f"{points[-1][0]:.2f} dB; widen the range of crf")


# ---- the command line ----


def print_table(rows):
    table = [["figure", "measured", "reach", "stretch", "verdict"]] + [row.cells() for row in rows]
    widths = [max(len(line[column]) for line in table) for column in range(5)]
    for number, (figure, *cells) in enumerate(table):
        aligned = [figure.ljust(widths[0])]
        aligned += [cell.rjust(width) for cell, width in zip(cells, widths[1:])]
        print(" | ".join(aligned))
        if number == 0:
            print("-|-".join("-" * width for width in widths))


def describe(medians):
    def show(name, value):
        if isinstance(value, float):
            value = f"{value:.4g}"
        return f"{name} {value}"

    return ", ".join(show(*item) for item in medians.items())


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0],
                                     epilog="figures: " + "; ".join(FIGURES))
    parser.add_argument("--trainreel", required=True, type=Path, help="the program")
    parser.add_argument("--bench-frames", required=True, type=Path, help="its parts")
    parser.add_argument("--bench-compare", required=True, type=Path,
                        help="the films of a comparison, drawn or encoded")
    parser.add_argument("--bench-train", required=True, type=Path, help="its training alone")
    parser.add_argument("--bench-preview", required=True, type=Path, help="a training that is watched")
    parser.add_argument("--bench-record", required=True, type=Path,
                        help="a training that is recorded")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="of each side [5]")
    parser.add_argument("--quick", action="store_true", help="one run: rough")
    parser.add_argument("--only", default="", metavar="TEXT", help="figures with that in their name")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    args = parser.parse_args()
    if args.quick:
        args.runs = 1
    if args.runs < 1:
        parser.error("--runs must be at least 1")
    args.figures = [name for name in FIGURES if args.only.lower() in name.lower()]
    if not args.figures:
        parser.error(f"no figure has {args.only!r} in its name: {'; '.join(FIGURES)}")
    return args


def measure(args):
    rows = []
    with tempfile.TemporaryDirectory(prefix="trainreel-bench-") as folder:
        bench = Bench(args, folder)
        for name in args.figures:
            for row in FIGURES[name](bench):
                rows.append(row)
                print(f"{row.figure}: {row.cells()[1]} ({describe(row.medians)})", flush=True)
    return rows


def main():
    args = parse_args()
    print(f"{args.runs} runs of each side, in turn; {os.cpu_count()} processors, "
          f"load {os.getloadavg()[0]:.2f} before the first", flush=True)
    try:
        rows = measure(args)
    except CommandFailed as failure:
        sys.exit(f"bench: {failure}")
    print()
    print_table(rows)
    if args.json:
        results = [asdict(row) | {"verdict": row.verdict()} for row in rows]
        args.json.write_text(json.dumps({"runs": args.runs, "figures": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
