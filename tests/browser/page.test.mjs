/* The page that trainreel build writes, in Chromium. */
import assert from "node:assert/strict";
import {readdirSync, readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {join} from "node:path";
import {after, before, describe, it} from "node:test";
import {pathToFileURL} from "node:url";

import {decodePng, difference, readPng} from "./png.mjs";
import {makeFolder, openPage, startBrowser, stopBrowser, trainreel} from "./support.mjs";
import {photograph, seekTo, stateOf, waitFor} from "./videos.mjs";

const folder = makeFolder();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const circles = ["--data", "circles", "--model", "8:tanh,1:sigmoid", "--loss", "binary_crossentropy",
                 "--optimizer", "adam", "--learning-rate", "0.01", "--epochs", "100", "--every", "10"];
/* how the frames of videos are drawn without their plan */
const drawn = {
    "cases/videos/neuron.mp4": ["--epochs", "200", "--every", "10"],
    "cases/videos/neuron.webm": ["--epochs", "200", "--every", "10"],
    "cases/videos/neuron.av1.webm": ["--epochs", "200", "--every", "10"],
    "cases/videos/neuron.gif": ["--epochs", "200", "--every", "10"],
    "cases/videos/alone.gif": [...circles, "--size", "200x150"],
    "cases/videos/loop.apng": [...circles, "--size", "200x150", "--theme", "dark"],
    "cases/videos/both.mp4": ["--epochs", "200", "--every", "10", "--scene", "fit+error", "--size",
                              "640x240", "--theme", "dark"],
    "cases/videos/circles & co.mp4": [...circles, "--size", "200x150", "--scale", "2", "--fps", "10",
                                      "--hold", "1"],
    "cases/videos/baseline.mp4": circles,
    "first-steps/videos/neuron.mp4": [],
};
/* what makes the pages */
const pages = {
    "cases": ["build", join(import.meta.dirname, "cases.yaml")],
    "compare": ["compare", "--epochs", "20", "--batch-size", "8,200", "--learning-rate", "0.01,1e9",
                "--model", "1"],
};
for (const line of trainreel(folder, "plan", "list").trim().split("\n")) {
    const name = line.split(/[:\s]/)[0];
    pages[name] = ["build", name];
}

/* Mean differences of bytes, 0 to 255. What a video loses by its compression and in the conversion of its
 * colours is less than the first; what is seen must be nearer to its frame than to those around it. */
const like = 2.5;

before(async () => {
    for (const [name, command] of Object.entries(pages))
        trainreel(folder, ...command, "--out", name, "--quiet", "--progress", "none");
    await startBrowser();
});
after(stopBrowser);

const manifestOf = name => JSON.parse(readFileSync(join(folder, name, "manifest.json"), "utf8"));

/* Calls `work` for every file that a video of the page plays, while the video has no other one. */
async function forEachFile(page, manifest, work) {
    for (const video of await page.locator("video").all()) {
        const addresses = await video.evaluate(
            element => [...element.querySelectorAll("source")].map(source => source.getAttribute("src")));
        for (const address of addresses) {
            const path = decodeURIComponent(address);
            if (addresses.length > 1)
                await useOnly(video, address);
            await work(video, path, manifest.files[path]);
        }
    }
}

async function useOnly(video, address) {
    await video.evaluate((element, wanted) => {
        element.all ??= [...element.querySelectorAll("source")];
        element.querySelectorAll("source").forEach(source => source.remove());
        element.prepend(element.all.find(source => source.getAttribute("src") === wanted));
        element.preload = "none";
        element.load();
    }, address);
}

const isPlayed = path => /\.(mp4|webm)$/.test(path);

async function withPage(name, options, work) {
    const {page, close} = await openPage(join(folder, name), options);
    try {
        await work(page, manifestOf(name));
        assert.deepEqual(page.complaints, []);
    } finally {
        await close();
    }
}

async function checkAccessibility(page) {
    await page.evaluate(axe);
    const result = await page.evaluate(() => globalThis.axe.run());
    const found = result.violations.map(violation => `${violation.id}: ` +
        violation.nodes.map(node => node.target.join(" ")).join(", "));
    assert.deepEqual(found, []);
}

for (const name of Object.keys(pages))
    describe(`the page of ${name}`, () => {
        it("plays every video", async () => withPage(name, {}, async (page, manifest) => {
            const played = [];
            await forEachFile(page, manifest, async (video, path) => {
                played.push(path);
                await video.evaluate(element => element.play());
                await waitFor(page, video, element => element.currentTime > 0.1);
                const {time} = await stateOf(video);
                await waitFor(page, video, `element => element.currentTime > ${time}`);
                await video.evaluate(element => element.pause());
                assert.equal((await stateOf(video)).error, null);
            });
            assert.deepEqual(played.sort(), Object.keys(manifest.files)
                .filter(path => manifest.files[path].kind === "video" && isPlayed(path)).sort());
        }));

        it("has videos of the sizes and codecs that it declares", async () =>
            withPage(name, {}, async (page, manifest) => {
                await forEachFile(page, manifest, async (video, path, file) => {
                    await seekTo(video, 0, file.frames / file.duration);
                    const state = await stateOf(video);
                    assert.deepEqual([state.width, state.height], [file.width, file.height], path);
                    assert.ok(Math.abs(state.duration - file.duration) < 0.05, path);
                    const scale = file.settings["picture.scale"];
                    const declared = ["width", "height"].map(key => video.getAttribute(key));
                    assert.deepEqual((await Promise.all(declared)).map(Number),
                                     [file.width / scale, file.height / scale], path);
                    for (const source of await video.locator("source").all()) {
                        const type = await source.getAttribute("type");
                        const answer = await video.evaluate(
                            (element, declaredType) => element.canPlayType(declaredType), type);
                        assert.equal(answer, "probably", type);
                    }
                });
            }));

        it("shows posters that are the first frames", async () =>
            withPage(name, {}, async (page, manifest) => {
                const readPoster = async video => readPng(join(folder, name, decodeURIComponent(
                    await video.getAttribute("poster"))));
                await page.waitForLoadState("networkidle");
                for (const video of await page.locator("video[poster]").all()) {
                    assert.equal((await stateOf(video)).ready, 0, "nothing is loaded before it plays");
                    const poster = await readPoster(video);
                    const seen = await photograph(page, video, poster);
                    assert.ok(difference(seen, poster) < 0.5, "what is shown is not the poster");
                }
                await forEachFile(page, manifest, async (video, path, file) => {
                    if (!await video.getAttribute("poster"))
                        return;
                    await seekTo(video, 0, file.frames / file.duration);
                    const first = await photograph(page, video, file);
                    const poster = await readPoster(video);
                    assert.ok(difference(first, poster) < like, `${path}: first frame`);
                });
            }));

        it("shows the right frame after seeking", async () =>
            withPage(name, {}, async (page, manifest) => {
                await forEachFile(page, manifest, async (video, path, file) => {
                    const options = drawn[`${name}/${path}`];
                    if (options)
                        await checkFrames(page, video, file, options);
                    else
                        await checkThatItChanges(page, video, file, path);
                });
            }));

        it("has animations that move when they are asked for", async () =>
            withPage(name, {}, async (page, manifest) => {
                for (const details of await page.locator("details.animation").all()) {
                    const image = details.locator("img");
                    const path = decodeURIComponent(await image.getAttribute("src"));
                    assert.equal(await image.isVisible(), false);
                    await details.locator("summary").click();
                    await image.evaluate(element => element.decode());
                    assert.equal(await image.isVisible(), true);
                    assert.deepEqual(await image.evaluate(
                        element => [element.naturalWidth, element.naturalHeight]),
                                     [manifest.files[path].width, manifest.files[path].height], path);
                }
                for (const path of Object.keys(manifest.files))
                    if (manifest.files[path].kind === "video" && !isPlayed(path))
                        await checkAnimation(page, name, path);
            }));

        it("has captions that say what changes", async () =>
            withPage(name, {}, async (page, manifest) => {
                await forEachFile(page, manifest, async (video, path, file) => {
                    assert.equal(await video.locator("track[kind=captions]").count(), 1);
                    await seekTo(video, Math.floor(file.frames / 2), file.frames / file.duration);
                    await video.evaluate(element => { element.textTracks[0].mode = "showing"; });
                    await waitFor(page, video, element => element.textTracks[0].activeCues?.length);
                    const cue = await video.evaluate(
                        element => element.textTracks[0].activeCues[0].text);
                    assert.match(cue, /\d/);
                });
            }));

        it("has nothing that hinders access", async () => {
            for (const colorScheme of ["light", "dark"])
                for (const width of [360, 1280])
                    await withPage(name, {context: {colorScheme, viewport: {width, height: 800}}},
                                   async page => {
                        await page.locator("details").evaluateAll(
                            all => all.forEach(element => { element.open = true; }));
                        await checkAccessibility(page);
                    });
        });

        it("fits a narrow screen", async () =>
            withPage(name, {context: {viewport: {width: 360, height: 800}}}, async page => {
                const width = await page.evaluate(() => document.documentElement.scrollWidth);
                assert.ok(width <= 360, `it is ${width} pixels wide`);
            }));
    });

function drawFrames(options) {
    const out = join(folder, "frames");
    trainreel(folder, "render", ...options, "--format", "png", "--out", out, "--name", "frames",
              "--quiet", "--progress", "none");
    return readdirSync(join(out, "frames")).sort().map(name => readPng(join(out, "frames", name)));
}

/* The pictures of an animation, as the browser decodes them, compared with what was drawn for them: equal
 * ones stand in it once only. */
async function checkAnimation(page, name, path) {
    const bytes = readFileSync(join(folder, name, path)).toString("base64");
    const pictures = await page.evaluate(async ([text, type]) => {
        const data = Uint8Array.from(atob(text), character => character.charCodeAt(0));
        const decoder = new ImageDecoder({data, type});
        await decoder.tracks.ready;
        const all = [];
        for (let i = 0; i < decoder.tracks.selectedTrack.frameCount; i++) {
            const {image} = await decoder.decode({frameIndex: i});
            const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight);
            canvas.getContext("2d").drawImage(image, 0, 0);
            const blob = await canvas.convertToBlob();
            const url = await new Promise(done => {
                const reader = new FileReader();
                reader.onload = () => done(reader.result);
                reader.readAsDataURL(blob);
            });
            all.push(url);
        }
        return all;
    }, [bytes, path.endsWith(".gif") ? "image/gif" : "image/png"]);
    const frames = drawFrames(drawn[`${name}/${path}`]);
    assert.ok(pictures.length > frames.length / 2, path);
    let at = 0;
    let differences;
    for (const url of pictures) {
        const seen = decodePng(Buffer.from(url.slice(url.indexOf(",") + 1), "base64"));
        differences = frames.map(frame => difference(seen, frame));
        const nearest = Math.min(...differences);
        /* 255 colours are a little less than all */
        assert.ok(nearest <= (path.endsWith(".gif") ? 1 : 0), `${path}: a picture that was not drawn`);
        assert.ok(differences.indexOf(nearest) >= at, `${path}: pictures in another order`);
        at = differences.indexOf(nearest);
    }
    assert.equal(Math.min(...differences), differences.at(-1), `${path}: another end`);
}

/* Some frames of a video, compared with what was drawn for them. */
async function checkFrames(page, video, file, options) {
    const rate = file.frames / file.duration;
    const frames = drawFrames(options);
    assert.equal(frames.length, file.frames);
    const middle = Math.floor(frames.length / 2);
    for (const index of [middle, 1, frames.length - 1, middle + 1]) {
        await seekTo(video, index, rate);
        const seen = await photograph(page, video, file);
        const differences = frames.map(frame => difference(seen, frame));
        assert.ok(differences[index] < like, `frame ${index} differs by ${differences[index]}`);
        /* frames that hold the last state are the same */
        const nearest = Math.min(...differences);
        assert.equal(differences[index], nearest,
                     `frame ${index} looks like frame ${differences.indexOf(nearest)}`);
    }
}

/* Frames that nobody has drawn are at least different ones. */
async function checkThatItChanges(page, video, file, path) {
    const seen = [];
    for (const index of [0, Math.floor(file.frames / 2), file.frames - 1]) {
        await seekTo(video, index, file.frames / file.duration);
        seen.push(await photograph(page, video, file));
    }
    assert.ok(difference(seen[0], seen[1]) > 0.05, `${path}: the middle is the first frame`);
    assert.ok(difference(seen[1], seen[2]) > 0.05, `${path}: the middle is the last frame`);
}

describe("the page", () => {
    it("is worked with the keyboard", async () => withPage("cases", {}, async page => {
        const video = page.locator("figure video").first();
        const reached = [];
        for (let i = 0; i < 60; i++) {
            await page.keyboard.press("Tab");
            reached.push(await page.evaluate(() => document.activeElement.tagName));
        }
        for (const name of ["BUTTON", "INPUT", "VIDEO", "A", "SUMMARY"])
            assert.ok(reached.includes(name), `Tab leads to no ${name}`);
        await video.focus();
        await page.keyboard.press("Space");
        await waitFor(page, video, element => !element.paused && element.currentTime > 0);
        await page.keyboard.press("Space");
        await waitFor(page, video, element => element.paused);
        const summary = page.locator("summary").first();
        await summary.focus();
        await page.keyboard.press("Enter");
        assert.equal(await summary.evaluate(element => element.parentElement.open), true);
    }));

    it("plays, pauses and moves the videos of a group together", async () =>
        withPage("tiny-nets", {}, async page => {
            const videos = await page.locator(".group video").all();
            const states = () => Promise.all(videos.map(stateOf));
            const times = async () => (await states()).map(state => state.time);
            const button = page.getByRole("button", {name: "Play all"});
            assert.equal(videos.length, 4);
            await button.focus();
            await page.keyboard.press("Enter");
            for (const video of videos)
                await waitFor(page, video, element => element.currentTime > 0.5);
            const spread = await times();
            assert.ok(Math.max(...spread) - Math.min(...spread) < 0.25, `${spread}`);
            await page.getByRole("button", {name: "Pause all"}).click();
            assert.ok((await states()).every(state => state.paused));
            /* a frame further, and to the end */
            const slider = page.getByRole("slider", {name: "All at"});
            await slider.focus();
            await page.keyboard.press("Home");
            await page.keyboard.press("ArrowRight");
            for (const video of videos)
                await waitFor(page, video, element => !element.seeking && element.currentTime < 0.1);
            assert.deepEqual((await times()).map(time => Math.floor(time * 30)), [1, 1, 1, 1]);
            assert.equal(await slider.getAttribute("aria-valuetext"), "frame 2 of 230");
            await page.keyboard.press("End");
            for (const video of videos)
                await waitFor(page, video, element => !element.seeking && element.currentTime > 7);
            assert.deepEqual((await times()).map(time => Math.floor(time * 30)), [229, 229, 229, 229]);
            /* and once more from the beginning */
            await button.click();
            for (const video of videos)
                await waitFor(page, video, element => element.currentTime > 0.2 &&
                              element.currentTime < 5);
            await videos[2].evaluate(element => element.pause());
            await page.getByRole("button", {name: "Play all"}).waitFor();
            assert.ok((await states()).every(state => state.paused));
        }));

    it("moves videos that are not loaded yet", async () => withPage("tiny-nets", {}, async page => {
        const videos = await page.locator(".group video").all();
        await page.getByRole("slider", {name: "All at"}).fill("115");
        for (const video of videos)
            await waitFor(page, video, element => !element.seeking && element.readyState >= 2 &&
                          Math.floor(element.currentTime * 30) === 115);
    }));

    it("is dark where the system is", async () => {
        const backgrounds = {};
        for (const colorScheme of ["light", "dark"])
            await withPage("cases", {context: {colorScheme}}, async page => {
                const color = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
                backgrounds[colorScheme] = color.match(/\d+/g).map(Number);
            });
        assert.ok(backgrounds.light.every(value => value > 240));
        assert.ok(backgrounds.dark.every(value => value < 40));
    });

    it("moves nothing by itself", async () => {
        for (const reducedMotion of ["reduce", "no-preference"])
            await withPage("tiny-nets", {context: {reducedMotion}}, async page => {
                await page.waitForTimeout(500);
                for (const video of await page.locator("video").all())
                    assert.deepEqual([(await stateOf(video)).paused, (await stateOf(video)).time],
                                     [true, 0]);
                assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
            });
    });

    it("prints posters instead of players", async () => withPage("cases", {}, async page => {
        await page.emulateMedia({media: "print"});
        for (const video of await page.locator("video[poster]").all()) {
            assert.equal(await video.isVisible(), false);
            const still = video.locator("xpath=following-sibling::img");
            assert.equal(await still.isVisible(), true);
            assert.ok(await still.evaluate(element => element.naturalWidth) > 0);
        }
        assert.equal(await page.locator(".together").first().isVisible(), false);
    }));

    it("prints numbers in one line, on a narrow sheet too", async () =>
        withPage("batch-sizes", {context: {viewport: {width: 400, height: 800}}}, async page => {
            await page.emulateMedia({media: "print"});
            const lines = await page.locator(".table td").evaluateAll(cells => cells
                .filter(cell => /^[\d.e+-]+$/.test(cell.textContent) && cell.offsetParent)
                .map(cell => {
                    const range = document.createRange();
                    range.selectNodeContents(cell);
                    return new Set([...range.getClientRects()].map(box => box.top)).size;
                }));
            assert.ok(lines.length > 0);
            assert.deepEqual(lines.filter(count => count !== 1), []);
        }));

    it("says everything without a script", async () =>
        withPage("cases", {context: {javaScriptEnabled: false}}, async page => {
            assert.equal(await page.locator(".together").first().isVisible(), false);
            assert.equal(await page.locator("figure").count(), 11);
        }));

    it("opens from a disk", async () => {
        const address = pathToFileURL(join(folder, "cases")).href + "/";
        await withPage("cases", {address, path: "index.html"}, async page => {
            const video = page.locator("video[poster]").first();
            await video.evaluate(element => element.play());
            await waitFor(page, video, element => element.currentTime > 0.1);
        });
    });
});
