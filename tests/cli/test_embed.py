"""trainreel embed: what is printed for every kind of page, read as a browser or a plugin reads it."""
import html.parser
import json
import os
import re
import shutil
import struct
import unittest
import urllib.parse
import zlib

from media import Mp4
from support import INPUT, USAGE, CliTest, read, write

TARGETS = ("pelican", "html", "markdown", "hugo", "jekyll", "json")
VOID = ("source", "track", "img")
ALT = "a \"b\" 'c' \\ <d> & &amp; {{e}} {% f %} `g` *h* _i_ [j](k) $l$ %20 ü 日 -->"


class Element:
    def __init__(self, tag, attributes):
        self.tag = tag
        self.attributes = dict(attributes)
        self.inner = []
        self.text = ""

    def all(self, tag):
        return [element for element in self.inner if element.tag == tag]


class Parser(html.parser.HTMLParser):
    """A tree of elements; complains of what is not closed or stands twice."""

    def __init__(self, text):
        super().__init__()
        self.root = Element("", [])
        self.open = [self.root]
        self.feed(text)
        self.close()
        if len(self.open) != 1:
            raise ValueError(f"{self.open[-1].tag} is not closed")

    def handle_starttag(self, tag, attributes):
        if len(dict(attributes)) != len(attributes):
            raise ValueError(f"an attribute of {tag} stands twice")
        element = Element(tag, attributes)
        self.open[-1].inner.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        if self.open.pop().tag != tag:
            raise ValueError(f"</{tag}> closes something else")

    def handle_data(self, data):
        self.open[-1].text += data


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(
        ">I", zlib.crc32(kind + content))


def apng(width, height, delays):
    """An animated PNG whose frames stay for so many hundredths of a second; a still for None."""
    picture = zlib.compress(b"\0" * (3 * width + 1) * height)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0))
    if delays is None:
        return data + chunk(b"IDAT", picture) + chunk(b"IEND", b"")
    data += chunk(b"acTL", struct.pack(">2I", len(delays), 0))
    number = 0
    for i, delay in enumerate(delays):
        data += chunk(b"fcTL", struct.pack(">5I2H2B", number, width, height, 0, 0, delay, 100, 0, 0))
        number += 1
        if i == 0:
            data += chunk(b"IDAT", picture)
        else:
            data += chunk(b"fdAT", struct.pack(">I", number) + picture)
            number += 1
    return data + chunk(b"IEND", b"")


def gif(width, height, delays):
    data = b"GIF89a" + struct.pack("<2H3B", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    data += b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    for delay in delays:
        data += b"\x21\xf9\x04" + struct.pack("<BHB", 0, delay, 0) + b"\0"
        data += b"\x2c" + struct.pack("<4HB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\0"
    return data + b"\x3b"


def webp(width, height, delays):
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    data = b"WEBPVP8X" + struct.pack("<II", 10, 2) + size
    data += b"ANIM" + struct.pack("<IIH", 6, 0, 0)
    for delay in delays:
        frame = b"\0" * 6 + size + struct.pack("<I", 10 * delay)[:3] + b"\0"
        data += b"ANMF" + struct.pack("<I", len(frame)) + frame
    return b"RIFF" + struct.pack("<I", len(data)) + data


class EmbedTest(CliTest):
    def render(self, *arguments):
        self.succeed("render", "-q", "--every", "2000", *arguments)

    def embed(self, *arguments, **options):
        text = self.succeed("embed", *arguments, **options).decode()
        self.assertTrue(text.endswith("\n") and not text.endswith("\n\n"))
        return text

    def html(self, *arguments):
        """The elements of the HTML that is printed."""
        return Parser(self.embed(*arguments)).root.inner

    def facts(self, *arguments, **options):
        return json.loads(self.embed(*arguments, "--for", "json", **options))


class Targets(EmbedTest):
    def setUp(self):
        super().setUp()
        self.render()

    def test_pelican(self):
        line = "{% video /videos/neuron.mp4 400 300 /images/neuron_start.png %}\n"
        self.assertEqual(self.embed("out/neuron.mp4", "--for", "pelican"), line)
        lines = self.succeed("render").decode().splitlines()
        self.assertEqual(lines[-1], "embed with Pelican: " + line.rstrip())

    def test_html(self):
        (video,) = self.html("out/neuron.mp4")
        self.assertEqual(self.embed("out/neuron.mp4"), self.embed("out/neuron.mp4", "--for", "html"))
        self.assertEqual(video.attributes, {
            "width": "400", "height": "300", "controls": None, "playsinline": None,
            "preload": "none", "poster": "/images/neuron_start.png"})
        self.assertEqual([element.tag for element in video.inner], ["source", "track", "a"])
        film = Mp4(read(self.path("out/neuron.mp4")))
        codec = f"avc1.{film.profile:02X}{film.constraints:02X}{film.level:02X}"
        self.assertEqual(video.inner[0].attributes, {"src": "/videos/neuron.mp4",
                                                     "type": f'video/mp4; codecs="{codec}"'})
        self.assertEqual(video.inner[1].attributes, {
            "kind": "captions", "src": "/videos/neuron.vtt", "srclang": "en", "label": "English"})
        self.assertEqual((video.inner[2].attributes, video.inner[2].text),
                         ({"href": "/videos/neuron.mp4"}, "neuron"))

    def test_autoplay_is_not_for_those_who_prefer_reduced_motion(self):
        for target in ("html", "jekyll", "hugo"):
            text = self.embed("out/neuron.mp4", "--autoplay", "--for", target)
            elements = Parser(text).root.inner
            self.assertEqual([element.tag for element in elements], ["video", "script"])
            video, script = elements
            self.assertLessEqual({"muted", "loop", "playsinline", "controls"}, set(video.attributes))
            self.assertNotIn("autoplay", video.attributes, "which would play for everybody")
            self.assertIn('"(prefers-reduced-motion: no-preference)"', script.text)
            self.assertIn(".play()", script.text)

    def test_markdown(self):
        self.assertEqual(self.embed("out/neuron.mp4", "--for", "markdown", "--alt", "the net learns"),
                         "[![the net learns](/images/neuron_start.png)](/videos/neuron.mp4)\n")
        self.assertEqual(self.embed("out/neuron.mp4", "--for", "markdown", "--poster", ""),
                         "[neuron](/videos/neuron.mp4)\n")
        text = self.embed("out/neuron.mp4", "--for", "markdown", "--alt", ALT)
        inner = re.fullmatch(r"\[!\[([^][<>{}`*_\\]*)\]\(/images/neuron_start\.png\)\]"
                             r"\(/videos/neuron\.mp4\)\n", text)[1]
        self.assertEqual(html.unescape(inner), ALT)

    def test_hugo(self):
        lines = self.embed("out/neuron.mp4", "--for", "hugo").splitlines()
        self.assertIn("layouts/shortcodes/rawhtml.html", lines[0])
        self.assertRegex(lines[0], r"\A<!-- .*\{\{ \.Inner \| safeHTML \}\} -->\Z")
        self.assertEqual((lines[1], lines[-1]), ("{{< rawhtml >}}", "{{< /rawhtml >}}"))
        self.assertEqual("\n".join(lines[2:-1]) + "\n", self.embed("out/neuron.mp4"))

    def test_jekyll(self):
        text = self.embed("out/neuron.mp4", "--for", "jekyll")
        plain = re.sub(r"\{\{ '([^'{}\"]*)' \| relative_url \}\}", r"\1", text)
        self.assertEqual(plain, self.embed("out/neuron.mp4"))
        self.assertEqual(text.count("relative_url"), 4)
        there = ("--video-path", "https://a.example/", "--image-path", "//a.example/i")
        self.assertNotIn("relative_url", self.embed("out/neuron.mp4", "--for", "jekyll", *there))

    def test_json(self):
        facts = self.facts("out/neuron.mp4")
        self.assertEqual(facts, {
            "file": "out/neuron.mp4", "container": "mp4", "type": facts["sources"][0]["type"],
            "codec": facts["sources"][0]["codec"], "url": "/videos/neuron.mp4", "width": 400,
            "height": 300, "pixel_width": 400, "pixel_height": 300, "scale": 1, "frames": 3,
            "duration": 0.1, "sound": False, "poster": "/images/neuron_start.png",
            "captions": "/videos/neuron.vtt", "alt": "neuron", "autoplay": False,
            "sources": [{"url": "/videos/neuron.mp4", "codec": facts["codec"],
                         "type": f'video/mp4; codecs="{facts["codec"]}"'}]})
        self.assertRegex(facts["codec"], r"\Aavc1\.4D40[0-9A-F]{2}\Z")

    def test_text_alternatives(self):
        for target in ("html", "hugo", "jekyll"):
            text = self.embed("out/neuron.mp4", "--for", target, "--alt", ALT)
            inside = re.sub(r"\{\{ '[^']*' \| relative_url \}\}|\{\{< /?rawhtml >\}\}|<!--.*-->\n", "",
                            text)
            for sign in "{}`*\\":
                self.assertNotIn(sign, inside, "what a template would look at")
            (video,) = Parser(inside).root.inner
            self.assertEqual(video.attributes["aria-label"], ALT)
            self.assertEqual(video.all("a")[0].text, ALT)
        self.assertEqual(self.facts("out/neuron.mp4", "--alt", ALT)["alt"], ALT)
        (video,) = self.html("out/neuron.mp4", "--alt", "")
        self.assertNotIn("aria-label", video.attributes)

    def test_paths(self):
        there = ("--video-path", "https://a.example/v?a=1&b=", "--image-path", "../i mages")
        self.fail_with(USAGE, "embed", "out/neuron.mp4", *there, says=["--image-path", "URL"])
        there = there[:3] + ("../i%20(m)&\u00e9",)
        (video,) = self.html("out/neuron.mp4", *there)
        self.assertEqual(video.attributes["poster"], "../i%20%28m%29&%C3%A9/neuron_start.png")
        self.assertEqual(video.inner[0].attributes["src"], "https://a.example/v?a=1&b=/neuron.mp4")
        (video,) = self.html("out/neuron.mp4", "--video-path", "", "--image-path", "{static}/i")
        self.assertEqual((video.inner[0].attributes["src"], video.attributes["poster"]),
                         ("neuron.mp4", "{static}/i/neuron_start.png"))
        self.assertIn('"{static}/i/neuron_start.png"', self.embed(
            "out/neuron.mp4", "--image-path", "{static}/i"), "for Pelican to find")
        self.assertEqual(self.embed("out/neuron.mp4", "--for", "pelican", "--video-path",
                                    "http://a.example/v", "--image-path", "/"),
                         "{% video http://a.example/v/neuron.mp4 400 300 /neuron_start.png %}\n")


class Files(EmbedTest):
    def test_scale(self):
        self.render("--scale", "2")
        for target in ("pelican", "html", "jekyll", "hugo"):
            self.assertRegex(self.embed("out/neuron.mp4", "--scale", "2", "--for", target),
                             r'\b400("|) (height="|)300\b')
        facts = self.facts("out/neuron.mp4", "--scale", "2")
        self.assertEqual([facts[key] for key in ("width", "height", "pixel_width", "scale")],
                         [400, 300, 800, 2])
        self.assertEqual(self.facts("out/neuron.mp4")["width"], 800)
        self.fail_with(USAGE, "embed", "out/neuron.mp4", "--scale", "3",
                       says=["--scale", "800x600", "3"])

    def test_the_best_format_comes_first(self):
        self.render("--format", "mp4,webm,av1")
        expected = [("/videos/neuron.av1.webm", "av01.0.00M.08"),
                    ("/videos/neuron.webm", "vp09.00.20.08"), ("/videos/neuron.mp4", "avc1.4D40")]
        for file in ("out/neuron.mp4", "out/neuron.webm", "out/neuron.av1.webm"):
            (video,) = self.html(file)
            sources = video.all("source")
            self.assertEqual(len(sources), 3)
            for source, (url, codec) in zip(sources, expected):
                self.assertEqual(source.attributes["src"], url)
                self.assertIn(f'; codecs="{codec}', source.attributes["type"])
            self.assertEqual(video.attributes["poster"], "/images/neuron_start.png")
            self.assertEqual(len(video.all("track")), 1)
        os.unlink(self.path("out/neuron.webm"))
        os.unlink(self.path("out/neuron.vtt"))
        (video,) = self.html("out/neuron.mp4")
        self.assertEqual([source.attributes["src"] for source in video.all("source")],
                         ["/videos/neuron.av1.webm", "/videos/neuron.mp4"])
        self.assertEqual(video.all("track"), [])
        facts = self.facts("out/neuron.av1.webm")
        self.assertEqual((facts["container"], facts["frames"]), ("webm", 3))
        self.assertAlmostEqual(facts["duration"], 0.1, delta=0.001)
        self.assertEqual(self.embed("out/neuron.av1.webm", "--for", "pelican"),
                         "{% video /videos/neuron.av1.webm 400 300 /images/neuron_start.png %}\n")

    def test_what_is_beside_a_video_must_be_right(self):
        self.render("--format", "mp4,webm")
        self.render("--size", "200x100", "--name", "other")
        good = read(self.path("out/neuron.webm"))
        write(self.path("out/neuron.webm"), good[:-1])
        self.fail_with(INPUT, "embed", "out/neuron.mp4", says=["out/neuron.webm", "cut off"])
        os.unlink(self.path("out/neuron.webm"))
        shutil.copy(self.path("out/other.mp4"), self.path("out/neuron.webm"))
        self.fail_with(INPUT, "embed", "out/neuron.mp4", says=["out/neuron.webm", ".mp4"])
        write(self.path("out/neuron.webm"), good)
        shutil.copy(self.path("out/other.mp4"), self.path("out/neuron.mp4"))
        self.fail_with(INPUT, "embed", "out/neuron.mp4", says=["400x300", "200x100"])
        os.unlink(self.path("out/neuron.webm"))
        write(self.path("out/neuron.vtt"), b"1\n00:00 --> 00:01\n")
        self.fail_with(INPUT, "embed", "out/neuron.mp4", says=["out/neuron.vtt", "WEBVTT"])
        os.unlink(self.path("out/neuron.vtt"))
        write(self.path("out/neuron_start.png"), b"")
        self.fail_with(INPUT, "embed", "out/neuron.mp4", says=["out/neuron_start.png"])
        write(self.path("out/neuron_start.png"), apng(4, 3, [10, 10]))
        self.fail_with(INPUT, "embed", "out/neuron.mp4", says=["out/neuron_start.png", "moves"])

    def test_other_formats_are_of_the_same_video(self):
        """Which browsers would prefer, whatever it shows."""
        self.render("--format", "webm", "--every", "1000")
        self.render()
        for file, frames, other in (("mp4", "5 frames", "3 in"), ("webm", "3 frames", "5 in")):
            self.fail_with(INPUT, "embed", f"out/neuron.{file}", says=[frames, other])
        self.render("--format", "webm", "--fps", "2")
        self.fail_with(INPUT, "embed", "out/neuron.mp4", says=["3 frames in 1.50 s", "3 in 0.10 s"])

    def test_an_older_format_is_remarked(self):
        self.render("--format", "mp4,webm")
        self.assertEqual(len(self.facts("out/neuron.mp4")["sources"]), 2)
        then = os.stat(self.path("out/neuron.mp4")).st_mtime - 60
        os.utime(self.path("out/neuron.webm"), (then, then))
        result = self.run_program("embed", "out/neuron.mp4")
        self.assertEqual(result.returncode, 0)
        self.check_message(result.stderr, ["out/neuron.webm: is older than out/neuron.mp4"])
        self.assertIn(b"neuron.webm", result.stdout)
        self.embed("out/neuron.webm")

    def test_poster(self):
        self.render("--name", "a")
        os.makedirs(self.path("site/videos"))
        os.makedirs(self.path("site/images"))
        os.rename(self.path("out/a.mp4"), self.path("site/videos/a.mp4"))
        self.assertIsNone(self.facts("site/videos/a.mp4")["poster"])
        self.assertEqual(self.embed("site/videos/a.mp4", "--for", "pelican"),
                         "{% video /videos/a.mp4 400 300 %}\n")
        self.assertEqual(self.embed("site/videos/a.mp4", "--poster", "out/a_start.png", "--for",
                                    "pelican"),
                         "{% video /videos/a.mp4 400 300 /images/a_start.png %}\n")
        os.rename(self.path("out/a_start.png"), self.path("site/images/a_start.png"))
        self.assertEqual(self.facts("site/videos/a.mp4")["poster"], "/images/a_start.png")
        self.assertEqual(self.facts("a.mp4", cwd=self.path("site/videos"))["poster"],
                         "/images/a_start.png")
        self.assertIsNone(self.facts("site/videos/a.mp4", "--poster", "")["poster"])
        self.fail_with(INPUT, "embed", "site/videos/a.mp4", "--poster", "nope.png", says=["nope.png"])
        self.fail_with(INPUT, "embed", "site/videos/a.mp4", "--poster", "site/videos/a.mp4",
                       says=["site/videos/a.mp4", "moves"])

    def test_pictures(self):
        for name, data, container, kind in (
                ("a.gif", gif(40, 30, [5, 10, 15]), "gif", "image/gif"),
                ("a.png", apng(40, 30, [5, 10, 15]), "png", "image/apng"),
                ("a.apng", apng(40, 30, [5, 10, 15]), "png", "image/apng"),
                ("a.webp", webp(40, 30, [5, 10, 15]), "webp", "image/webp")):
            self.make(name, data)
            for target in ("pelican", "html", "markdown"):
                (image,) = self.html(name, "--for", target, "--alt", ALT)
                self.assertEqual((image.tag, image.attributes), ("img", {
                    "src": "/images/" + name, "width": "40", "height": "30", "alt": ALT}))
            self.assertIn(f"{{{{ '/images/{name}' | relative_url }}}}",
                          self.embed(name, "--for", "jekyll"))
            self.assertEqual(self.embed(name, "--for", "hugo", "--alt", "a`b \"c\""),
                             f"{{{{< figure src=`/images/{name}` alt=`a'b \"c\"` "
                             "width=\"40\" height=\"30\" >}}\n")
            facts = self.facts(name)
            self.assertEqual((facts["container"], facts["type"], facts["frames"], facts["sources"]),
                             (container, kind, 3, []))
            self.assertAlmostEqual(facts["duration"], 0.3)
            self.fail_with(USAGE, "embed", name, "--autoplay", says=["--autoplay", "picture"])
        self.make("still.png", apng(40, 30, None))
        self.assertEqual(self.facts("still.png")["duration"], 0)

    def test_pictures_do_not_move_for_those_who_prefer_that(self):
        self.make("a.gif", gif(40, 30, [5, 5]))
        self.make("a_start.png", apng(40, 30, None))
        (picture,) = self.html("a.gif")
        source, image = picture.inner
        self.assertEqual((source.tag, source.attributes), ("source", {
            "media": "(prefers-reduced-motion: reduce)", "srcset": "/images/a_start.png"}))
        self.assertEqual((image.tag, image.attributes["src"]), ("img", "/images/a.gif"))

    def test_odd_names(self):
        """Every byte of a name is in the URL, and only that is said to a page."""
        self.render("--name", "plain")
        names = ["a b", "q'u\"o`te", "100%", "%41", "a#b?c&d=e", "{% x %}", "{{< y >}}", "<b>", "ü日",
                 "-dash", "a:b", "(a)[b]", "a\\b", "a,b;c", "--", "..", "a..b", "a\tb"]
        for name in [*map(os.fsencode, names), b"\xff\xfe", b"\n"]:
            with self.subTest(name):
                for ending in (".mp4", "_start.png", ".vtt"):
                    shutil.copy(self.path("out", "plain" + ending),
                                os.path.join(os.fsencode(self.path("out")), name + os.fsencode(ending)))
                file = b"out/" + name + b".mp4"
                quoted = urllib.parse.quote(name, safe="")
                words = self.embed(file, "--for", "pelican").rstrip("\n").split(" ")
                self.assertEqual(words, ["{%", "video", f"/videos/{quoted}.mp4", "400", "300",
                                         f"/images/{quoted}_start.png", "%}"])
                (video,) = self.html(file)
                self.assertEqual([video.attributes["poster"],
                                  *(element.attributes.get("src") for element in video.inner[:2])],
                                 [f"/images/{quoted}_start.png", f"/videos/{quoted}.mp4",
                                  f"/videos/{quoted}.vtt"])
                for target in TARGETS:
                    self.assertIn(f"/videos/{quoted}.mp4", self.embed(file, "--for", target))
                facts = self.facts(file)
                self.assertEqual(facts["url"], f"/videos/{quoted}.mp4")
                self.assertEqual(facts["alt"], name.decode("utf-8", "replace"))

    def test_what_comes_with_the_name_on_the_command_line(self):
        self.render("--name", "-dash")
        self.assertIn("/videos/-dash.mp4", self.embed("--", "-dash.mp4", cwd=self.path("out")))
        shutil.copy(self.path("out/-dash.mp4"), self.path("UPPER.MP4"))
        (video,) = self.html("UPPER.MP4")
        self.assertEqual(video.all("source")[0].attributes["src"], "/videos/UPPER.MP4")
        self.fail_with(INPUT, "embed", "UPPER.MP4", "--for", "pelican", says=[".mp4"])


class Refusals(EmbedTest):
    def setUp(self):
        super().setUp()
        self.render("--name", "a")

    def test_files(self):
        self.make("text.mp4", b"hello, world, this is no video\n")
        self.make("empty.mp4", b"")
        os.mkfifo(self.path("pipe.mp4"))
        for name, reason in (("nope.mp4", "No such file"), ("out", "is not a file"),
                             ("text.mp4", "is none of"), ("empty.mp4", "is none of"),
                             ("pipe.mp4", "is not a file"), ("/dev/null", "is not a file"),
                             ("out/a.vtt", "is none of"),
                             ("out/a.mp4/", "Not a directory")):
            for target in TARGETS:
                self.fail_with(INPUT, "embed", name, "--for", target, says=[name, reason])
        self.fail_with(USAGE, "embed", says=["a file is missing"])
        self.fail_with(USAGE, "embed", "out/a.mp4", "out/a.mp4", says=["out/a.mp4"])
        self.fail_with(USAGE, "embed", "out/a.mp4", "--for", "wordpress", says=["pelican"])

    def test_names_that_tell_another_type(self):
        for name in ("a.webm", "a.mov", "a", ".mp4", "a.mp4.txt", "a.gif", "mp4"):
            shutil.copy(self.path("out/a.mp4"), self.path(name))
            self.fail_with(INPUT, "embed", name, says=[name, "video/mp4", ".mp4"])

    def test_damaged_files(self):
        """Cut off anywhere a file is refused; with any byte changed it is refused or described."""
        whole = read(self.path("out/a.mp4"))
        for length in [*range(0, 64, 9), *range(64, len(whole), len(whole) // 15), len(whole) - 1]:
            write(self.path("cut.mp4"), whole[:length])
            self.fail_with(INPUT, "embed", "cut.mp4", says=["cut.mp4: is "])
        for at in range(0, len(whole), len(whole) // 60):
            write(self.path("odd.mp4"), whole[:at] + bytes([whole[at] ^ 0xff]) + whole[at + 1:])
            result = self.run_program("embed", "odd.mp4")
            self.assertIn(result.returncode, (0, INPUT), f"byte {at}")
            if result.returncode:
                self.check_message(result.stderr, ["odd.mp4"])
            else:
                Parser(result.stdout.decode())

    def test_paths(self):
        for option in ("--video-path", "--image-path"):
            for path in ("a b", "a\"", "a'", "<", ">", "a\\b", "`", "|", "^"):
                self.fail_with(USAGE, "embed", "out/a.mp4", option, path, says=[option, "URL"])
            for path in ("javascript:x/", "data:x", "file:///"):
                self.fail_with(USAGE, "embed", "out/a.mp4", option, path, says=[option, "scheme"])
            for target in ("pelican", "hugo", "jekyll"):
                self.fail_with(USAGE, "embed", "out/a.mp4", "--for", target, option, "/{x}",
                               says=["braces"])
            for path in ("", "videos", "../videos/"):  # where the plugin would find another path
                self.fail_with(USAGE, "embed", "out/a.mp4", "--for", "pelican", option, path,
                               says=[option, "/"])
        self.fail_with(USAGE, "embed", "out/a.mp4", "--for", "pelican", "--autoplay",
                       says=["--autoplay", "html"])


if __name__ == "__main__":
    unittest.main()
