"""The post's video as a Python user makes it: matplotlib's FuncAnimation and FFMpegWriter."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.animation import FFMpegWriter, FuncAnimation

import neuron

# seaborn's whitegrid, which the post used, without importing seaborn: that alone takes a second.
WHITE_GRID = {
    "figure.figsize": (4, 3),  # inches of 100 pixels
    "figure.dpi": 100,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 11,
    "axes.edgecolor": "white",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#CCCCCC",
    "text.color": "#262626",
    "xtick.color": "#262626",
    "ytick.color": "#262626",
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
}


def create_figure(x, y):
    """What stays the same, and the two artists that change: nothing is drawn anew but what must be."""
    figure, axes = plt.subplots()
    axes.set(xlim=(0, 2), ylim=(0, 2))
    axes.set_xticks([0, 0.5, 1, 1.5, 2])
    axes.set_yticks([0, 0.5, 1, 1.5, 2])
    axes.plot(x, y, color="#4C72B0", label="data")
    (line,) = axes.plot(x, 0 * x, color="#55A868", label="prediction")
    title = axes.set_title("iteration: 0")
    axes.legend(loc="upper left")
    figure.subplots_adjust(left=0.08, right=0.96, bottom=0.09, top=0.9)
    return figure, line, title


def main():
    args = neuron.parse_args(__doc__)
    states = neuron.train(args.frames, args.every)
    x, y = neuron.data()
    plt.rcParams.update(WHITE_GRID)
    figure, line, title = create_figure(x, y)

    def show(frame):
        line.set_data(x, neuron.predict(x, *states[frame]))
        title.set_text(f"iteration: {frame * args.every}")
        return line, title

    animation = FuncAnimation(figure, show, frames=args.frames, cache_frame_data=False)
    animation.save(args.video, writer=FFMpegWriter(fps=30, codec="h264"))


if __name__ == "__main__":
    main()
