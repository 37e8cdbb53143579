/* A server as blogs have them: the files below one folder, and parts of them for who asks for a range, without
 * which browsers do not seek. */
import {createReadStream} from "node:fs";
import {realpath, stat} from "node:fs/promises";
import {createServer} from "node:http";
import {extname, join, sep} from "node:path";

const host = "127.0.0.1";
const types = {
    ".apng": "image/apng", ".css": "text/css", ".csv": "text/csv", ".gif": "image/gif",
    ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".json": "application/json",
    ".ico": "image/x-icon", ".mp4": "video/mp4", ".pdf": "application/pdf", ".png": "image/png", ".svg": "image/svg+xml",
    ".vtt": "text/vtt", ".webm": "video/webm", ".webp": "image/webp",
};

/* The first and last byte of a range of a file, or null where it has none such. */
function parseRange(text, size) {
    const match = /^bytes=(\d*)-(\d*)$/.exec(text);
    if (!match || (!match[1] && !match[2]))
        return null;
    const first = match[1] ? Number(match[1]) : Math.max(0, size - Number(match[2]));
    const last = match[1] && match[2] ? Math.min(size - 1, Number(match[2])) : size - 1;
    return first <= last ? [first, last] : null;
}

async function answer(root, request, response) {
    const url = new URL(request.url, "http://local/");
    let path = decodeURIComponent(url.pathname);
    if (path.endsWith("/"))
        path += "index.html";
    const file = await realpath(join(root, path));
    const info = await stat(file);
    if (!file.startsWith(root + sep) || !info.isFile())
        throw new Error("not below the folder");
    const headers = {"Content-Type": types[extname(file)] ?? "application/octet-stream",
                     "Accept-Ranges": "bytes", "Cache-Control": "no-store"};
    if (!request.headers.range) {
        response.writeHead(200, {...headers, "Content-Length": info.size});
        createReadStream(file).pipe(response);
        return;
    }
    const range = parseRange(request.headers.range, info.size);
    if (!range) {
        response.writeHead(416, {"Content-Range": `bytes */${info.size}`}).end();
        return;
    }
    const [start, end] = range;
    response.writeHead(206, {...headers, "Content-Length": end - start + 1,
                             "Content-Range": `bytes ${start}-${end}/${info.size}`});
    createReadStream(file, {start, end}).pipe(response);
}

/* Serves `folder` to this machine; resolves to its address and a function that ends it. */
export async function serve(folder) {
    const root = await realpath(folder);
    const server = createServer((request, response) => {
        answer(root, request, response).catch(() => response.writeHead(404).end());
    });
    await new Promise(resolve => server.listen(0, host, resolve));
    const close = () => new Promise(resolve => {
        server.close(resolve);
        server.closeAllConnections();
    });
    return {address: `http://${host}:${server.address().port}/`, close};
}
