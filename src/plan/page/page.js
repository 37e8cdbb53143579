"use strict";
/* The videos of a group show the same states: one button plays and pauses them all, one slider moves them
 * all. Nothing plays before somebody asks for it. */
for (const group of document.querySelectorAll(".group")) {
    const videos = [...group.querySelectorAll("video")];
    const bar = group.querySelector(".together");
    const button = bar.querySelector("button");
    const slider = bar.querySelector("input");
    const output = bar.querySelector("output");
    const rate = Number(bar.dataset.rate); /* frames per second */
    const last = Number(slider.max);
    const leader = videos[0];
    const late = new Set(); /* videos that are to move on once they have moved */
    let together = false;

    const frameOf = video => Math.min(last, Math.floor(video.currentTime * rate + 0.01));

    function show(frame) {
        slider.value = frame;
        output.value = `frame ${frame + 1} of ${last + 1}`;
        slider.setAttribute("aria-valuetext", output.value);
    }

    /* To the middle of a frame, where rounding does no harm. A seek that is on its way ends first. */
    function seek(video) {
        if (video.readyState === 0) {
            if (video.preload !== "auto") {
                video.preload = "auto";
                video.addEventListener("loadedmetadata", () => seek(video), {once: true});
                video.load();
            }
        } else if (video.seeking) {
            late.add(video);
        } else {
            video.currentTime = (slider.valueAsNumber + 0.5) / rate;
        }
    }

    function pause() {
        together = false;
        button.textContent = "Play all";
        videos.forEach(video => video.pause());
    }

    function follow() {
        if (!together)
            return;
        show(frameOf(leader));
        for (const video of videos)
            if (video !== leader && !video.seeking &&
                Math.abs(video.currentTime - leader.currentTime) > 0.1)
                video.currentTime = leader.currentTime;
        requestAnimationFrame(follow);
    }

    async function play() {
        if (slider.valueAsNumber >= last)
            show(0);
        together = true;
        button.textContent = "Pause all";
        for (const video of videos)
            if (video.readyState > 0 || slider.valueAsNumber > 0)
                seek(video);
        try {
            await Promise.all(videos.map(video => video.play()));
            follow();
        } catch {
            pause(); /* somebody paused it meanwhile, or a file is missing */
        }
    }

    button.addEventListener("click", () => together ? pause() : play());
    slider.addEventListener("input", () => {
        pause();
        show(slider.valueAsNumber);
        videos.forEach(seek);
    });
    for (const video of videos) {
        video.addEventListener("seeked", () => {
            if (late.delete(video))
                seek(video);
        });
        video.addEventListener("pause", () => {
            if (together && !video.ended)
                pause();
        });
    }
    leader.addEventListener("ended", () => {
        if (together) {
            together = false;
            button.textContent = "Play all";
            show(last);
        }
    });
    show(0);
    bar.hidden = false;
}
