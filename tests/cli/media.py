"""Reading MP4, PNG and WebVTT files without the libraries that wrote them."""
import html
import re
import struct
import zlib

CONTAINERS = {b"moov", b"trak", b"edts", b"mdia", b"minf", b"dinf", b"stbl", b"udta", b"tref"}


class Box:
    """A box of an MP4 file: type, position, content, and what it contains."""

    def __init__(self, data, start, end):
        self.start = start
        size, self.type = struct.unpack_from(">I4s", data, start)
        header = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            header = 16
        self.end = start + size
        if size < header or self.end > end:
            raise ValueError(f"box {self.type} at {start} does not fit")
        self.content = data[start + header:self.end]
        inner = start + header
        self.boxes = boxes(data, inner, self.end) if self.type in CONTAINERS else []

    def find(self, *path):
        """The only box of that type within this one; of a longer path, step by step."""
        found = [box for box in self.boxes if box.type == path[0].encode()]
        if len(found) != 1:
            raise ValueError(f"{len(found)} boxes {path[0]} in {self.type}")
        return found[0].find(*path[1:]) if len(path) > 1 else found[0]


def boxes(data, start, end):
    found = []
    while start < end:
        found.append(Box(data, start, end))
        start = found[-1].end
    return found


class Mp4:
    """A file with one video track, and a text track with the names of chapters if there are any."""

    def __init__(self, data):
        self.data = data
        self.boxes = boxes(data, 0, len(data))
        self.types = [box.type for box in self.boxes]
        (self.movie,) = [box for box in self.boxes if box.type == b"moov"]
        tracks = [box for box in self.movie.boxes if box.type == b"trak"]
        if [self.handler(track) for track in tracks] not in ([b"vide"], [b"vide", b"text"]):
            raise ValueError("other tracks than a video and the names of its chapters")
        self.track = tracks[0]
        self.table = self.track.find("mdia", "minf", "stbl")
        self._read_header()
        self._read_samples()
        self._read_entry()
        self.chapter_bytes = 0
        self.chapters = self._read_chapters(tracks[1:])

    @staticmethod
    def handler(track):
        return track.find("mdia", "hdlr").content[8:12]

    def _read_chapters(self, tracks):
        """Start in seconds and title of every chapter, from the list that a part of the players look
        at; those of the text track, at which others look, must be the same."""
        listed = []
        if any(box.type == b"udta" and any(inner.type == b"chpl" for inner in box.boxes)
               for box in self.movie.boxes):
            content = self.movie.find("udta", "chpl").content
            at = 9
            for _ in range(content[8]):
                start, length = struct.unpack_from(">QB", content, at)
                listed.append((start / 1e7, content[at + 9:at + 9 + length].decode("utf-8")))
                at += 9 + length
            if at != len(content):
                raise ValueError("chpl has another size than it says")
        if bool(listed) != bool(tracks):
            raise ValueError("chapters in only one of the two places")
        if not tracks:
            return []
        (number,) = struct.unpack_from(">I", tracks[0].find("tkhd").content, 12)
        if self.track.find("tref", "chap").content != struct.pack(">I", number):
            raise ValueError("the video does not refer to its chapters")
        text = Track(self.data, tracks[0])
        self.chapter_seconds = text.seconds
        self.chapter_bytes = sum(text.sample_sizes)
        named = []
        for start, (at, _) in zip(text.starts, text.sample_positions()):
            (length,) = struct.unpack_from(">H", self.data, at)
            named.append((start, self.data[at + 2:at + 2 + length].decode("utf-8")))
        if named != listed:
            raise ValueError(f"chapters are {named} in one place and {listed} in the other")
        return listed

    def _read_header(self):
        mvhd, tkhd = self.movie.find("mvhd").content, self.track.find("tkhd").content
        mdhd = self.track.find("mdia", "mdhd").content
        if mvhd[0] or tkhd[0] or mdhd[0]:
            raise ValueError("64-bit headers are not expected in so short a film")
        created, modified, self.timescale, duration = struct.unpack_from(">4I", mvhd, 4)
        self.times = [created, modified]
        self.seconds = duration / self.timescale
        self.times += struct.unpack_from(">2I", tkhd, 4) + struct.unpack_from(">2I", mdhd, 4)
        width, height = struct.unpack_from(">2I", tkhd, 76)
        self.size = (width / 65536, height / 65536)
        self.media_timescale, self.media_duration = struct.unpack_from(">2I", mdhd, 12)

    def _read_samples(self):
        samples = Track(self.data, self.track)
        self.durations, self.chunks = samples.durations, samples.chunks
        self.sample_sizes, self.sync_samples = samples.sample_sizes, samples.sync_samples
        self.sample_positions = samples.sample_positions

    def _read_entry(self):
        stsd = self.table.find("stsd").content
        (count,) = struct.unpack_from(">I", stsd, 4)
        if count != 1:
            raise ValueError("more than one kind of sample")
        entry = boxes(stsd, 8, len(stsd))[0]
        self.coding = entry.type
        self.coded_size = struct.unpack_from(">2H", entry.content, 24)
        self.entry_boxes = {box.type: box.content
                            for box in boxes(entry.content, 78, len(entry.content))}
        self.profile, self.constraints, self.level = self.entry_boxes[b"avcC"][1:4]

    def nal_types(self, position, size):
        """Types of the NAL units of a sample."""
        types, end = [], position + size
        while position < end:
            (length,) = struct.unpack_from(">I", self.data, position)
            types.append(self.data[position + 4] & 31)
            position += 4 + length
        if position != end:
            raise ValueError("the last NAL unit does not end with its sample")
        return types


class Track:
    """The samples of a track."""

    def __init__(self, data, track):
        self.data = data
        self.table = track.find("mdia", "minf", "stbl")

        def table(name, form):
            content = self.table.find(name).content
            (count,) = struct.unpack_from(">I", content, 4)
            if len(content) != 8 + count * struct.calcsize(form):
                raise ValueError(f"{name} has another size than it says")
            return [struct.unpack_from(form, content, 8 + i * struct.calcsize(form))
                    for i in range(count)]

        self.durations = [delta for count, delta in table("stts", ">2I") for _ in range(count)]
        self.chunks = [offset for (offset,) in table("stco", ">I")]
        self.samples_in_chunks = table("stsc", ">3I")
        sizes = self.table.find("stsz").content
        constant, count = struct.unpack_from(">2I", sizes, 4)
        self.sample_sizes = ([constant] * count if constant else
                             list(struct.unpack_from(f">{count}I", sizes, 12)))
        if any(box.type == b"stss" for box in self.table.boxes):
            self.sync_samples = [number for (number,) in table("stss", ">I")]
        else:  # all of them
            self.sync_samples = list(range(1, count + 1))

        scale, duration = struct.unpack_from(">2I", track.find("mdia", "mdhd").content, 12)
        self.seconds = duration / scale
        self.starts = [sum(self.durations[:i]) / scale for i in range(len(self.durations))]

    def sample_positions(self):
        """Position and size of every sample."""
        positions = []
        runs = self.samples_in_chunks + [(len(self.chunks) + 1, 0, 0)]
        for (first, per_chunk, _), (after, _, _) in zip(runs, runs[1:]):
            for chunk in range(first, after):
                at = self.chunks[chunk - 1]
                for _ in range(per_chunk):
                    size = self.sample_sizes[len(positions)]
                    positions.append((at, size))
                    at += size
        return positions


def elements(data, start, end):
    """Identifier and content of the EBML elements of a WebM file, RFC 8794."""
    def number(at, keep_marker):
        length = 9 - data[at].bit_length()
        value = int.from_bytes(data[at:at + length], "big")
        if not keep_marker:
            value &= (1 << 7 * length) - 1
        return value, at + length

    while start < end:
        name, start = number(start, True)
        size, start = number(start, False)
        if start + size > end:
            raise ValueError(f"element {name:x} does not fit")
        yield name, data[start:start + size]
        start += size


class Webm:
    """A file with one video track."""

    def __init__(self, data):
        (_, self.header), (segment, content) = elements(data, 0, len(data))
        if segment != 0x18538067:
            raise ValueError("there is no segment")
        parts = list(elements(content, 0, len(content)))
        self.order = [name for name, _ in parts]
        scale, seconds = 1000000, 0
        for name, part in elements(dict(parts)[0x1549A966], 0, len(dict(parts)[0x1549A966])):
            if name == 0x2AD7B1:
                scale = int.from_bytes(part, "big")
            if name == 0x4489:
                (seconds,) = struct.unpack(">d" if len(part) == 8 else ">f", part)
        self.seconds = seconds * scale / 1e9
        tracks = list(elements(dict(parts)[0x1654AE6B], 0, len(dict(parts)[0x1654AE6B])))
        (entry,) = [part for name, part in tracks if name == 0xAE]
        entry = dict(elements(entry, 0, len(entry)))
        self.codec = entry[0x86].decode()
        video = dict(elements(entry[0xE0], 0, len(entry[0xE0])))
        self.size = tuple(int.from_bytes(video[name], "big") for name in (0xB0, 0xBA))
        self.frames = sum(name == 0xA3 for cluster, part in parts if cluster == 0x1F43B675
                          for name, _ in elements(part, 0, len(part)))


class Gif:
    """A file with one table of colours for all pictures."""

    def __init__(self, data):
        signature, *self.size, flags = struct.unpack_from("<6s2HB", data)
        if signature != b"GIF89a" or not flags & 0x80:
            raise ValueError("no GIF with a table of colours")
        self.n_colors = 2 << (flags & 7)
        self.size = tuple(self.size)
        self.delays, self.boxes, self.loops = [], [], None
        at = 13 + 3 * self.n_colors
        while data[at] != 0x3B:
            if data[at] == 0x2C:
                *box, flags = struct.unpack_from("<4HB", data, at + 1)
                if flags or box[0] + box[2] > self.size[0] or box[1] + box[3] > self.size[1]:
                    raise ValueError("a picture does not fit")
                self.boxes.append(tuple(box))
                at, _ = sub_blocks(data, at + 11)
            else:
                label = data[at + 1]
                at, content = sub_blocks(data, at + 2)
                if label == 0xF9:
                    self.delays.append(struct.unpack_from("<H", content, 1)[0])
                if label == 0xFF and content.startswith(b"NETSCAPE2.0"):
                    (self.loops,) = struct.unpack_from("<H", content, 12)
        if at + 1 != len(data) or len(self.delays) != len(self.boxes):
            raise ValueError("the file does not end as it should")


def sub_blocks(data, at):
    content = b""
    while data[at]:
        content += data[at + 1:at + 1 + data[at]]
        at += 1 + data[at]
    return at + 1, content


class Png:
    """An 8-bit RGB file; checks its checksums."""

    def __init__(self, data):
        if data[:8] != b"\x89PNG\r\n\x1a\n":
            raise ValueError("no PNG signature")
        at, self.chunks, packed = 8, [], b""
        while at < len(data):
            length, kind = struct.unpack_from(">I4s", data, at)
            content = data[at + 8:at + 8 + length]
            (checksum,) = struct.unpack_from(">I", data, at + 8 + length)
            if checksum != zlib.crc32(kind + content):
                raise ValueError(f"wrong checksum of {kind}")
            self.chunks.append(kind)
            if kind == b"IHDR":
                self.width, self.height, *form = struct.unpack(">2I5B", content)
                if form != [8, 2, 0, 0, 0]:
                    raise ValueError(f"not an 8-bit RGB PNG: {form}")
            if kind == b"IDAT":
                packed += content
            at += 12 + length
        self.packed = packed

    def pixels(self):
        """R, G, B bytes row by row."""
        data = zlib.decompress(self.packed)
        stride = 3 * self.width
        if len(data) != (stride + 1) * self.height:
            raise ValueError("not as many pixels as the header says")
        above, rows = bytearray(stride), []
        for y in range(self.height):
            start = y * (stride + 1)
            row = bytearray(data[start + 1:start + 1 + stride])
            unfilter(data[start], row, above)
            rows.append(bytes(row))
            above = row
        return b"".join(rows)


def unfilter(kind, row, above):
    if kind > 4:
        raise ValueError(f"unknown filter {kind}")
    for i in range(len(row) if kind else 0):
        left = row[i - 3] if i >= 3 else 0
        up = above[i]
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            corner = above[i - 3] if i >= 3 else 0
            estimate = left + up - corner
            guess = min((left, up, corner), key=lambda value: abs(estimate - value))
        row[i] = (row[i] + guess) & 255


class Vtt:
    """A WebVTT file: cues as (start, end, settings, text), times in milliseconds."""

    def __init__(self, data):
        text = data.decode("utf-8")
        if "\r" in text or "\0" in text or "\n\n\n" in text or not text.endswith("\n"):
            raise ValueError("not in the form that is asked for")
        header, *blocks = text.rstrip("\n").split("\n\n")
        if header != "WEBVTT":
            raise ValueError(f"the header is {header!r}")
        self.cues = [self._read_cue(block) for block in blocks]

    @staticmethod
    def _read_cue(block):
        times, text = block.split("\n")
        match = re.fullmatch(r"(\d\d+):([0-5]\d):([0-5]\d)\.(\d{3}) --> "
                             r"(\d\d+):([0-5]\d):([0-5]\d)\.(\d{3})((?: \w+:\S+)*)", times)
        if not match or "-->" in text or re.search(r"<|>|&(?!(amp|lt|gt);)", text):
            raise ValueError(f"not a cue: {block!r}")
        numbers = [int(number) for number in match.groups()[:8]]
        start, end = (((a * 60 + b) * 60 + c) * 1000 + d
                      for a, b, c, d in (numbers[:4], numbers[4:]))
        return start, end, match[9].split(), html.unescape(text)
