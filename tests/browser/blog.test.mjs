/* The video in a blog that Pelican makes: what the video tag of its plugin liquid_tags makes of the line that
 * trainreel render prints. */
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {copyFileSync, mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {after, before, describe, it} from "node:test";

import {difference, readPng} from "./png.mjs";
import {makeFolder, openPage, startBrowser, stopBrowser, trainreel} from "./support.mjs";
import {photograph, seekTo, stateOf, waitFor} from "./videos.mjs";

const folder = makeFolder();
const content = join(folder, "content");

/* What the tag takes, as liquid_tags/video.py has it: a video, width and height, and the poster, with single
 * spaces; every file has a slash in its name. Every MP4 is declared to be of one codec. */
const url = String.raw`((?:https?:\/\/|\/|\S+\/)\S+)`;
const pattern = new RegExp(String.raw`^${url} (\d+) (\d+) ${url}$`);

function replaceTag(text) {
    return text.replace(/\{% video (.*?) %\}/, (tag, markup) => {
        const [, video, width, height, poster] = pattern.exec(markup);
        return `<span class="videobox"><video width="${width}" height="${height}" preload="none" ` +
            `controls poster="${poster}"><source src='${video}' type='video/mp4; ` +
            `codecs="avc1.42E01E, mp4a.40.2"'></video></span>`;
    });
}

const settings = `
SITENAME = "A blog"
SITEURL = ""
PATH = "content"
STATIC_PATHS = ["videos", "images", "favicon.ico"]
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
TIMEZONE = "UTC"
`;

/* The files of a rendering where the line expects them, and a post with what becomes of the line. */
function writePost(name, ...options) {
    const report = trainreel(folder, "render", "--out", "rendered", "--name", name, "--progress", "none",
                             ...options);
    const line = report.split("\n").find(text => text.startsWith("embed with Pelican: "));
    const tag = line.slice("embed with Pelican: ".length);
    for (const [place, file] of [["videos", `${name}.mp4`], ["images", `${name}_start.png`]])
        copyFileSync(join(folder, "rendered", file), join(content, place, file));
    const html = replaceTag(tag);
    writeFileSync(join(content, `${name}.md`),
                  `Title: ${name}\nDate: 2016-02-13\nSlug: ${name}\n\nLook:\n\n${html}\n`);
    return html;
}

let html;

before(async () => {
    for (const place of ["videos", "images"])
        mkdirSync(join(content, place), {recursive: true});
    writeFileSync(join(folder, "pelicanconf.py"), settings);
    html = writePost("neuron");
    writePost("baseline", "--profile", "baseline");
    /* which browsers ask for where a theme names none */
    copyFileSync(join(content, "images", "neuron_start.png"), join(content, "favicon.ico"));
    execFileSync(process.env.PELICAN || "pelican",
                 ["content", "--settings", "pelicanconf.py", "--output", "site", "--quiet"],
                 {cwd: folder, stdio: ["ignore", "ignore", "inherit"]});
    await startBrowser();
});
after(stopBrowser);

describe("a post made by Pelican", () => {
    it("has the video tag as the plugin writes it", () => {
        assert.equal(html, '<span class="videobox"><video width="400" height="300" preload="none" controls ' +
            'poster="/images/neuron_start.png"><source src=\'/videos/neuron.mp4\' type=\'video/mp4; ' +
            'codecs="avc1.42E01E, mp4a.40.2"\'></video></span>');
    });

    for (const name of ["neuron", "baseline"])
        it(`shows and plays the video ${name}`, async () => {
            const {page, close} = await openPage(join(folder, "site"), {path: `${name}.html`});
            try {
                const video = page.locator(".videobox video");
                const size = {width: 400, height: 300};
                await page.waitForLoadState("networkidle");
                assert.equal((await stateOf(video)).ready, 0);
                const box = await video.boundingBox();
                assert.deepEqual([box.width, box.height], [400, 300]);
                const poster = readPng(join(content, "images", `${name}_start.png`));
                assert.ok(difference(await photograph(page, video, size), poster) < 0.5, "poster");
                await video.focus();
                await page.keyboard.press("Space");
                await waitFor(page, video, element => element.currentTime > 0.5);
                const state = await stateOf(video);
                assert.deepEqual([state.width, state.height, state.error], [400, 300, null]);
                await waitFor(page, video, element => element.ended);
                await seekTo(video, 0, 30);
                assert.ok(difference(await photograph(page, video, size), poster) < 2.5, "first frame");
                assert.deepEqual(page.complaints, []);
            } finally {
                await close();
            }
        });
});
