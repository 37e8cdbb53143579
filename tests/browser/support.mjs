/* What the tests share: a folder, the program, a server, and a browser whose every complaint counts. */
import {execFileSync} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {chromium} from "playwright-core";

import {serve} from "./server.mjs";

const program = process.env.TRAINREEL;
if (!program)
    throw new Error("set TRAINREEL to the path of the program that is to be tested");

/* A new folder that is gone when the tests have ended. */
export function makeFolder() {
    const folder = mkdtempSync(join(tmpdir(), "trainreel-browser-"));
    process.on("exit", () => rmSync(folder, {recursive: true, force: true}));
    return folder;
}

export function trainreel(folder, ...args) {
    return execFileSync(program, args, {cwd: folder, encoding: "utf8"});
}

let browser;

export async function startBrowser() {
    /* as root, which CI often is, Chromium runs without its sandbox only */
    const args = process.getuid() === 0 ? ["--no-sandbox"] : [];
    browser = await chromium.launch({executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args});
}

export async function stopBrowser() {
    await browser?.close();
}

/* Opens the page of a folder; what it complains about, or asks another server for, is in `page.complaints`. */
export async function openPage(folder, options = {}) {
    const server = options.address ? null : await serve(folder);
    const address = options.address ?? server.address;
    const context = await browser.newContext({viewport: {width: 1280, height: 900}, ...options.context});
    const page = await context.newPage();
    page.complaints = [];
    const note = text => page.complaints.push(text);
    page.on("console", message => note(
        `${message.type()}: ${message.text()} (${message.location().url})`));
    page.on("pageerror", error => note(String(error)));
    page.on("request", request => {
        if (!request.url().startsWith(address) && !request.url().startsWith("data:"))
            note(`asks for ${request.url()}`);
    });
    page.on("response", response => {
        if (response.status() >= 400)
            note(`${response.status()} ${response.url()}`);
    });
    await page.goto(new URL(options.path ?? "", address).href);
    return {page, close: async () => {
        await context.close();
        await server?.close();
    }};
}
