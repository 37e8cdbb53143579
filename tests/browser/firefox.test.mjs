/* The page that trainreel build writes, in Firefox: whether it opens, shows posters, plays and seeks. */
import assert from "node:assert/strict";
import {join} from "node:path";
import {after, before, describe, it} from "node:test";

import {lacksFirefox, startFirefox} from "./firefox.mjs";
import {serve} from "./server.mjs";
import {makeFolder, trainreel} from "./support.mjs";

/* A mean difference of bytes, 0 to 255: the first frame is nearer to its poster than this, also where the video's
 * compression and the conversion of its colours have taken their part; and the last is farther from it. */
const like = 1.2;

/* In the page: lets one video have one source only, and loads it. */
async function loadSource(video, source) {
    const element = document.querySelectorAll("main video")[video];
    const {src, type} = element.querySelectorAll("source")[source];
    const other = element.cloneNode(false);
    other.id = "tested";
    other.preload = "auto";
    other.append(Object.assign(document.createElement("source"), {src, type}));
    document.querySelector("#tested")?.remove();
    document.body.append(other);
    await new Promise((done, fail) => {
        other.addEventListener("loadeddata", done, {once: true});
        other.firstChild.addEventListener("error", () => fail(new Error(`cannot play ${src}`)));
    });
    return {canPlay: other.canPlayType(type), width: other.videoWidth, height: other.videoHeight,
            duration: other.duration};
}

/* In the page: plays it for a while, from its beginning; resolves to the times before and after. */
async function play() {
    const video = document.querySelector("#tested");
    const first = video.currentTime;
    await video.play();
    await new Promise(done => {
        const look = () => video.currentTime > first + 0.3 || video.ended ? done() : setTimeout(look, 20);
        look();
    });
    video.pause();
    return [first, video.currentTime];
}

/* In the page: moves it; resolves to where it is, and how far its picture is from its poster. */
async function seek(time) {
    const video = document.querySelector("#tested");
    const sought = new Promise(done => video.addEventListener("seeked", done, {once: true}));
    const shown = new Promise(done => video.requestVideoFrameCallback(done));
    video.currentTime = time;
    await sought;
    await Promise.race([shown, new Promise(done => setTimeout(done, 500))]);
    const poster = new Image();
    poster.src = video.poster;
    await poster.decode();
    const [seen, expected] = [video, poster].map(picture => {
        const canvas = Object.assign(document.createElement("canvas"), {
            width: poster.naturalWidth, height: poster.naturalHeight});
        const pen = canvas.getContext("2d");
        pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
        return pen.getImageData(0, 0, canvas.width, canvas.height).data;
    });
    const sum = seen.reduce((total, value, i) => total + Math.abs(value - expected[i]), 0);
    return {time: video.currentTime, difference: sum / seen.length};
}

describe("the page in Firefox", {skip: lacksFirefox}, () => {
    const folder = makeFolder();
    let server, firefox;

    before(async () => {
        trainreel(folder, "build", join(import.meta.dirname, "cases.yaml"), "--out", "cases", "--quiet",
                  "--progress", "none");
        server = await serve(join(folder, "cases"));
        firefox = await startFirefox();
        await firefox.goto(server.address);
    });
    after(async () => {
        await firefox?.close();
        await server?.close();
    });

    it("shows every poster at its video's size", async () => {
        const posters = await firefox.evaluate(() => Promise.all(
            [...document.querySelectorAll("video[poster]")].map(async video => {
                const picture = new Image();
                picture.src = video.poster;
                await picture.decode();
                const box = video.getBoundingClientRect();
                return {pixels: picture.naturalWidth / picture.naturalHeight, seen: box.width / box.height,
                        isLoaded: video.readyState > 0};
            })));
        assert.equal(posters.length, 3);
        for (const {pixels, seen, isLoaded} of posters) {
            assert.ok(Math.abs(pixels - seen) < 0.02, `${pixels} shown as ${seen}`);
            assert.equal(isLoaded, false); /* so it is the poster that is seen */
        }
    });

    it("plays and seeks every kind of video", async () => {
        const sources = await firefox.evaluate(() => [...document.querySelectorAll("main video")].map(
            video => [...video.querySelectorAll("source")].map(source => source.getAttribute("src"))));
        const kinds = new Set();
        for (const [video, names] of sources.entries())
            for (const [source, name] of names.entries()) {
                kinds.add(/\.(av1\.webm|\w+)$/.exec(name)[1]);
                const loaded = await firefox.evaluate(loadSource, video, source);
                assert.equal(loaded.canPlay, "probably", name);
                const [first, last] = await firefox.evaluate(play);
                assert.equal(first, 0, name);
                assert.ok(last > 0.2, `${name} is at ${last} s`);
                if (!await firefox.evaluate(() => Boolean(document.querySelector("#tested").poster)))
                    continue;
                const end = await firefox.evaluate(seek, loaded.duration - 0.02);
                const start = await firefox.evaluate(seek, 0.01);
                assert.ok(Math.abs(end.time - loaded.duration) < 0.03, `${name} is at ${end.time} s`);
                assert.equal(start.time, 0.01, name);
                assert.ok(start.difference < like, `${name} differs from its poster by ${start.difference}`);
                assert.ok(end.difference > like, `${name} ends as it starts`);
            }
        assert.deepEqual([...kinds].sort(), ["av1.webm", "mp4", "webm"]);
    });

    it("complains of nothing and asks nobody else", () => {
        const complaints = [];
        for (const {method, params} of firefox.events)
            if (method === "log.entryAdded")
                complaints.push(`${params.level}: ${params.text}`);
            else if (method === "network.responseCompleted" && params.response.status >= 400)
                complaints.push(`${params.response.status} ${params.response.url}`);
            else if (!params.request.url.startsWith(server.address) && !/^(data|about):/.test(params.request.url))
                complaints.push(`asks for ${params.request.url}`);
        assert.deepEqual(complaints, []);
        assert.ok(firefox.events.length > 5);
    });
});
