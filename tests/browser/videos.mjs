/* What is done with the videos of a page. */
import {decodePng} from "./png.mjs";

/* Takes a video out of the page's layout, so that each of its pixels is one of the screen's, without controls
 * over it; `pixels` is its width then. */
async function pin(video, pixels) {
    await video.evaluate((element, width) => {
        element.controls = false;
        Object.assign(element.style, {position: "fixed", left: "0", top: "0", zIndex: "9",
                                      maxWidth: "none", width: `${width}px`});
    }, pixels);
}

async function unpin(video) {
    await video.evaluate(element => {
        element.controls = true;
        element.removeAttribute("style");
    });
}

/* What a viewer sees of a video that has `width` times `height` pixels. */
export async function photograph(page, video, {width, height}) {
    await pin(video, width);
    /* once for the layout, and once for the picture in it */
    await page.evaluate(() => new Promise(done => requestAnimationFrame(
        () => requestAnimationFrame(done))));
    const bytes = await page.screenshot({clip: {x: 0, y: 0, width, height}});
    await unpin(video);
    return decodePng(bytes);
}

/* Loads it, and moves it to the middle of a frame. */
export async function seekTo(video, frame, rate) {
    await video.evaluate(async (element, time) => {
        const happens = name => new Promise((done, fail) => {
            element.addEventListener(name, done, {once: true});
            element.addEventListener("error", () => fail(element.error), {once: true});
        });
        if (element.readyState === 0) {
            element.preload = "auto";
            const loaded = happens("loadeddata");
            element.load();
            await loaded;
        }
        const sought = happens("seeked");
        const shown = new Promise(done => element.requestVideoFrameCallback(done));
        element.currentTime = time;
        await sought;
        await Promise.race([shown, new Promise(done => setTimeout(done, 500))]);
    }, (frame + 0.5) / rate);
}

export const stateOf = video => video.evaluate(element => ({
    time: element.currentTime, duration: element.duration, paused: element.paused,
    ended: element.ended, ready: element.readyState, width: element.videoWidth,
    height: element.videoHeight, error: element.error?.message ?? null,
}));

/* Waits until a condition of a video holds. */
export async function waitFor(page, video, condition, timeout = 10000) {
    await page.waitForFunction(condition, await video.elementHandle(), {timeout});
}
