"""The post's video with gnuplot: one process draws all frames as PNG into a pipe to ffmpeg."""

import subprocess
import sys

import neuron

SETUP = """\
set terminal pngcairo size 400,300 font "DejaVu Sans,9" linewidth 2
set border 0
set tics scale 0 textcolor rgb "#262626"
set format "%.1f"
set xtics 0.5
set ytics 0.5
set grid linewidth 0.5 linecolor rgb "#CCCCCC" linetype 1
set key top left Left reverse samplen 2 textcolor rgb "#262626"
set xrange [0:2]
set yrange [0:2]
set lmargin at screen 0.08
set rmargin at screen 0.96
set bmargin at screen 0.09
set tmargin at screen 0.9
set samples 200
predict(x) = w * x + b > 0 ? w * x + b : 0
"""

PLOT = (
    'plot $data with lines linecolor rgb "#4C72B0" title "data", '
    'predict(x) linecolor rgb "#55A868" title "prediction"\n'
)


def commands(args):
    """What gnuplot reads, piece by piece."""
    x, y = neuron.data()
    yield SETUP
    yield "$data << END\n" + "".join(f"{a} {b}\n" for a, b in zip(x, y)) + "END\n"
    for frame, (weight, bias) in enumerate(neuron.train(args.frames, args.every)):
        yield f'w = {weight}\nb = {bias}\nset title "iteration: {frame * args.every}" font ",11"\n'
        yield PLOT


def main():
    args = neuron.parse_args(__doc__)
    gnuplot = subprocess.Popen(["gnuplot"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    ffmpeg = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-y", "-f", "image2pipe", "-framerate", "30", "-c:v", "png"]
        + ["-i", "-", "-c:v", "libx264", "-pix_fmt", "yuv420p", args.video],
        stdin=gnuplot.stdout,
    )
    gnuplot.stdout.close()  # ffmpeg has it, and alone shall have it: then gnuplot notices its end
    with gnuplot.stdin as pipe:
        for text in commands(args):
            pipe.write(text.encode())
    sys.exit(gnuplot.wait() or ffmpeg.wait())


if __name__ == "__main__":
    main()
