/* The page of trainreel preview, in Chromium: what it shows while a training goes on, and how it ends. */
import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {after, before, describe, it} from "node:test";

import {makeFolder, openPage, startBrowser, stopBrowser} from "./support.mjs";

const folder = makeFolder();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const net = ["--data", "sine", "--model", "10:tanh,1"];
const endless = [...net, "--epochs", "1000000000"];

before(startBrowser);
after(stopBrowser);

/* Starts a preview; returns its process, its address and a promise of how it ends. */
async function start(...args) {
    const process_ = spawn(process.env.TRAINREEL, ["preview", ...args],
                           {cwd: folder, stdio: ["ignore", "pipe", "inherit"]});
    const ended = new Promise(resolve => process_.on("close", resolve));
    const address = await new Promise((resolve, reject) => {
        let text = "";
        process_.stdout.on("data", data => {
            text += data;
            if (text.includes("\n"))
                resolve(text.split("\n")[0]);
        });
        ended.then(code => reject(new Error(`the preview ended with ${code}`)));
    });
    return {process: process_, address, ended};
}

/* Runs `work` with a page that watches a training; the training ends with it. */
async function watch(args, options, work) {
    const preview = await start(...args);
    const {page, close} = await openPage(null, {address: preview.address, ...options});
    try {
        await page.waitForFunction(() => !document.getElementById("pictures").hidden);
        await work(page, preview);
    } finally {
        preview.process.kill("SIGKILL");
        await preview.ended;
        await close();
    }
}

const textOf = (page, id) => page.textContent(`#${id}`);
const iterationOf = async page => parseInt(await textOf(page, "iteration"), 10);

async function waitForMore(page, iteration) {
    await page.waitForFunction(
        before => parseInt(document.getElementById("iteration").textContent, 10) > before, iteration);
}

describe("the page of a preview", () => {
    it("shows states as they come", async () => {
        await watch(endless, {}, async page => {
            for (let i = 0; i < 3; i++)
                await waitForMore(page, await iterationOf(page));
            assert.equal(await textOf(page, "status"), "The training goes on.");
            for (const id of ["state", "curve"]) {
                const image = page.locator(`#${id}`);
                assert.equal(await image.evaluate(img => img.complete && img.naturalWidth), 400);
                assert.match(await image.getAttribute("alt"), /\d+ iterations/);
            }
            assert.ok(parseFloat(await textOf(page, "error")) > 0);
            assert.deepEqual(page.complaints, []);
        });
    });

    for (const [look, context] of [["in the light", {colorScheme: "light"}],
                                   ["in the dark", {colorScheme: "dark"}],
                                   ["on a telephone", {viewport: {width: 360, height: 640}}]])
        it(`can be read by everybody ${look}`, async () => {
            await watch(endless, {context}, async page => {
                await page.evaluate(axe);
                const {violations} = await page.evaluate(() => window.axe.run());
                assert.deepEqual(violations.map(each => [each.id, each.nodes.map(node => node.html)]), []);
                const [scroll, width] = await page.evaluate(() => [
                    document.documentElement.scrollWidth, document.documentElement.clientWidth]);
                assert.ok(scroll <= width, `${scroll} pixels in ${width}`);
                assert.deepEqual(page.complaints, []);
            });
        });

    it("follows the system into the dark", async () => {
        const background = page => page.evaluate(() => {
            const image = document.getElementById("state");
            const canvas = document.createElement("canvas");
            canvas.width = canvas.height = 1;
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            return context.getImageData(0, 0, 1, 1).data[0];
        });
        await watch(endless, {context: {colorScheme: "light"}}, async page => {
            assert.equal(await background(page), 0xFF);
            await page.emulateMedia({colorScheme: "dark"});
            await waitForMore(page, await iterationOf(page));
            await waitForMore(page, await iterationOf(page));
            assert.equal(await background(page), 0x16);
            assert.deepEqual(page.complaints, []);
        });
    });

    it("can be paused by the keyboard", async () => {
        await watch(endless, {}, async page => {
            await page.keyboard.press("Tab");
            assert.equal(await page.evaluate(() => document.activeElement.id), "pause");
            await page.keyboard.press("Space");
            assert.equal(await page.getAttribute("#pause", "aria-pressed"), "true");
            assert.equal(await textOf(page, "status"), "Paused; the training goes on.");
            const stopped = await iterationOf(page);
            await page.waitForTimeout(1000);
            assert.equal(await iterationOf(page), stopped);
            await page.keyboard.press("Enter");
            assert.equal(await page.getAttribute("#pause", "aria-pressed"), "false");
            await waitForMore(page, stopped);
            assert.deepEqual(page.complaints, []);
        });
    });

    it("ends with the training, and then leaves the program alone", async () => {
        await watch([...net, "--epochs", "300", "--wait"], {}, async (page, preview) => {
            await page.waitForFunction(() => document.getElementById("status").textContent
                .includes("has ended after 600 iterations"));
            assert.equal(await preview.ended, 0);
            await page.waitForTimeout(1500);
            assert.equal(await iterationOf(page), 600);
            assert.ok(await page.isDisabled("#pause"));
            assert.deepEqual(page.complaints, []);
        });
    });

    it("says that the program has gone, and goes on when it is back", async () => {
        await watch(endless, {}, async (page, preview) => {
            preview.process.kill("SIGKILL");
            await preview.ended;
            await page.waitForFunction(() => document.getElementById("status").textContent
                .includes("trying again"));
            const again = await start(...endless, "--port", new URL(preview.address).port);
            try {
                await page.waitForFunction(() => document.getElementById("status").textContent
                    === "The training goes on.");
                await waitForMore(page, await iterationOf(page));
            } finally {
                again.process.kill("SIGKILL");
                await again.ended;
            }
        });
    });
});
