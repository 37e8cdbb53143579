/* Reading PNG files of 8 bits without interlacing, as this program and browsers write them. */
import {readFileSync} from "node:fs";
import {inflateSync} from "node:zlib";

const channels = {0: 1, 2: 3, 6: 4};

function paeth(a, b, c) {
    const p = a + b - c;
    const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
    return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/* What is added to a byte: from those to the left, above, and above left (PNG specification, 9.2). */
const filters = [() => 0, (a) => a, (a, b) => b, (a, b) => (a + b) >> 1, paeth];

/* Red, green and blue of every pixel, row by row; what is transparent keeps its colour. */
export function decodePng(bytes) {
    let width, height, count;
    const parts = [];
    for (let at = 8; at < bytes.length;) {
        const length = bytes.readUInt32BE(at);
        const type = bytes.toString("latin1", at + 4, at + 8);
        const data = bytes.subarray(at + 8, at + 8 + length);
        if (type === "IHDR") {
            [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
            count = channels[data[9]];
            if (data[8] !== 8 || !count || data[12] !== 0)
                throw new Error("a PNG of another kind");
        } else if (type === "IDAT") {
            parts.push(data);
        }
        at += length + 12;
    }
    const raw = inflateSync(Buffer.concat(parts));
    const stride = width * count;
    const pixels = new Uint8Array(width * height * 3);
    let above = new Uint8Array(stride);
    for (let y = 0; y < height; y++) {
        const filter = filters[raw[y * (stride + 1)]];
        const row = raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1));
        for (let i = 0; i < stride; i++)
            row[i] += filter(i < count ? 0 : row[i - count], above[i], i < count ? 0 : above[i - count]);
        for (let x = 0; x < width; x++)
            for (let c = 0; c < 3; c++)
                pixels[(y * width + x) * 3 + c] = row[x * count + (count > 1 ? c : 0)];
        above = row;
    }
    return {width, height, pixels};
}

export const readPng = path => decodePng(readFileSync(path));

/* The mean difference of all bytes, from 0 to 255. */
export function difference(a, b) {
    if (a.width !== b.width || a.height !== b.height)
        throw new Error(`${a.width}x${a.height} is compared with ${b.width}x${b.height}`);
    let sum = 0;
    for (let i = 0; i < a.pixels.length; i++)
        sum += Math.abs(a.pixels[i] - b.pixels[i]);
    return sum / a.pixels.length;
}
