/* Firefox as it is installed, by the W3C's WebDriver BiDi: https://www.w3.org/TR/webdriver-bidi/ */
import {spawn} from "node:child_process";
import {existsSync, writeFileSync} from "node:fs";
import {join} from "node:path";

import {makeFolder} from "./support.mjs";

const path = process.env.FIREFOX || "/usr/bin/firefox-esr";
const patience = 30000;

/* Why there is no Firefox to test with, or false. */
export const lacksFirefox = !existsSync(path) ? `${path} is not installed`
    : typeof WebSocket === "undefined" ? "this Node.js has no WebSocket"
    : false;

/* What would ask servers of others for something. */
const preferences = {
    "app.normandy.enabled": false, "browser.safebrowsing.update.enabled": false,
    "datareporting.policy.dataSubmissionEnabled": false, "extensions.update.enabled": false,
    "media.gmp-manager.updateEnabled": false, "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false, "toolkit.telemetry.server": "",
};

const inTime = (promise, what) => {
    let timer;
    const late = new Promise((_, fail) => {
        timer = setTimeout(() => fail(new Error(`Firefox took too long to ${what}`)), patience);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

/* Where it listens, which it says when it does. */
function findAddress(child) {
    return new Promise((done, fail) => {
        let said = "";
        child.stderr.on("data", bytes => {
            said += bytes;
            const found = /listening on (ws:\S+)/.exec(said);
            if (found)
                done(found[1]);
        });
        child.on("error", fail);
        child.on("exit", code => fail(new Error(`Firefox ended with ${code}: ${said}`)));
    });
}

/* Resolves to `send`, which makes a command and resolves to its result, and `events`, which gets what is not
 * asked for. */
async function connect(address) {
    const socket = new WebSocket(`${address}/session`);
    const waiting = new Map(), events = [];
    let count = 0;
    socket.onmessage = ({data}) => {
        const message = JSON.parse(data);
        const caller = waiting.get(message.id);
        if (message.type === "event")
            events.push(message);
        else if (message.type === "success")
            caller?.done(message.result);
        else
            caller?.fail(new Error(`${message.error}: ${message.message}`));
        waiting.delete(message.id);
    };
    await new Promise((done, fail) => {
        socket.onopen = done;
        socket.onerror = () => fail(new Error(`nobody answers at ${address}`));
    });
    const send = (method, params = {}) => inTime(new Promise((done, fail) => {
        waiting.set(++count, {done, fail});
        socket.send(JSON.stringify({id: count, method, params}));
    }), method);
    return {send, events};
}

/* Starts it with a new profile and one empty page. */
export async function startFirefox() {
    const profile = makeFolder();
    writeFileSync(join(profile, "user.js"), Object.entries(preferences).map(
        ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(""));
    const child = spawn(path, ["--headless", "--no-remote", "--profile", profile,
                               "--remote-debugging-port", "0"], {stdio: ["ignore", "ignore", "pipe"]});
    process.on("exit", () => child.kill("SIGKILL"));
    try {
        const {send, events} = await connect(await inTime(findAddress(child), "start"));
        return await openSession(child, send, events);
    } catch (error) {
        child.kill("SIGKILL");
        throw error;
    }
}

async function openSession(child, send, events) {
    const ended = new Promise(done => child.on("close", done));
    await send("session.new", {capabilities: {}});
    await send("session.subscribe", {events: ["log.entryAdded", "network.beforeRequestSent",
                                              "network.responseCompleted"]});
    const context = (await send("browsingContext.getTree")).contexts[0].context;
    return {
        events,
        goto: url => send("browsingContext.navigate", {context, url, wait: "complete"}),
        /* Calls a function in the page, as if somebody had just clicked there; takes and gives what JSON can. */
        async evaluate(work, ...args) {
            const call = `(${work})(...${JSON.stringify(args)})`;
            const {result, exceptionDetails} = await send("script.evaluate", {
                expression: `(async () => JSON.stringify(await ${call}))()`, target: {context},
                awaitPromise: true, userActivation: true});
            if (exceptionDetails)
                throw new Error(exceptionDetails.text);
            return result.type === "string" ? JSON.parse(result.value) : undefined;
        },
        async close() {
            await send("browser.close");
            await inTime(ended, "end");
        },
    };
}
