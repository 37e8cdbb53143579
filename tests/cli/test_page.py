"""index.html, which trainreel build writes: what it shows, and that it is sound and safe."""
import base64
import hashlib
import html.parser
import json
import os
import re
import unittest
import urllib.parse

from support import INPUT, OUTPUT, SOURCE, USAGE, WORK, CliTest, read

VOID = {"br", "img", "input", "link", "meta", "source", "track"}
PLAN = b"""title: "Tom & <Jerry>"
description: "First line.\\nSecond line, with \\"quotes\\"."
runs:
  neuron: {train: {epochs: 20}, record: {every: 10}}
  other: {extends: neuron, train: {seed: 3, optimizer: adam}}
artifacts:
  videos/neuron.mp4: {run: neuron, size: 128x96, poster: images/neuron.png}
  videos/other.mp4: {run: other, size: 128x96, scale: 2}
  images/fit.svg: {run: neuron, chart: fit}
  images/a b#1%?.svg: {run: other, chart: error, title: "<i>1 & 2</i>"}
  images/small.png: {run: neuron, chart: fit, size: 200x150, scale: 2}
  images/fit.pdf: {run: neuron, chart: fit}
  images/alone.pdf: {run: other, chart: fit}
  frames.sha256: {run: neuron, size: 128x96}
  tables/neuron.csv: {run: neuron}
"""


class Element:
    def __init__(self, name, attributes, parent):
        self.name, self.attributes, self.parent = name, attributes, parent
        self.parts = []

    def __getitem__(self, name):
        return self.attributes.get(name)

    def all(self, name):
        """The elements of that name in it, in the order of the text."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.all(name)

    @property
    def children(self):
        return [part for part in self.parts if isinstance(part, Element)]

    @property
    def text(self):
        """With that of the elements in it."""
        return "".join(part.text if isinstance(part, Element) else part for part in self.parts)


class Page(html.parser.HTMLParser):
    """The tree of a page in which every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.root = self.open = Element("", {}, None)
        self.ids = []
        self.feed(text)
        self.close()
        if self.open is not self.root:
            raise AssertionError(f"<{self.open.name}> is not closed")

    def handle_starttag(self, name, attributes):
        if len(dict(attributes)) != len(attributes):
            raise AssertionError(f"<{name}> has an attribute twice")
        element = Element(name, dict(attributes), self.open)
        self.open.parts.append(element)
        if element["id"] is not None:
            self.ids.append(element["id"])
        if name not in VOID:
            self.open = element

    def handle_startendtag(self, name, attributes):
        self.handle_starttag(name, attributes)
        self.open = self.open.parent

    def handle_endtag(self, name):
        if self.open.name != name:
            raise AssertionError(f"</{name}> after <{self.open.name}>")
        self.open = self.open.parent

    def handle_data(self, data):
        self.open.parts.append(data)


class PageTest(CliTest):
    def setUp(self):
        super().setUp()
        self.make("plan.yaml", PLAN)

    def page(self, folder="out"):
        """The page, which is sound: references lead somewhere, and nothing is fetched from elsewhere."""
        text = read(self.path(folder, "index.html")).decode()
        page = Page(text)
        self.assertTrue(text.startswith("<!DOCTYPE html>\n"))
        self.assertEqual(len(page.ids), len(set(page.ids)))
        for element in self.elements(page.root):
            for name in ("aria-labelledby", "aria-describedby"):
                for reference in (element[name] or "").split():
                    self.assertIn(reference, page.ids)
            for name in ("src", "href", "poster"):
                self.check_address(page, folder, element[name])
            self.assertFalse([name for name in element.attributes if name.startswith("on")])
            self.assertIsNone(element["style"])
        return page

    def elements(self, element):
        for child in element.children:
            yield child
            yield from self.elements(child)

    def check_address(self, page, folder, address):
        if address is None or address.startswith("data:"):
            return
        if address.startswith("#"):
            self.assertIn(address[1:], page.ids)
            return
        self.assertNotRegex(address, "^(/|[a-z]+:)")
        self.assertTrue(os.path.isfile(self.path(folder, urllib.parse.unquote(address))), address)

    def figures(self, page):
        """The figures by the names of the files in their facts, or of the missing one."""
        figures = {}
        for figure in page.root.all("figure"):
            for paragraph in figure.all("p"):
                if paragraph["class"] in ("facts", "missing"):
                    name = next(paragraph.all("a"), None) or next(paragraph.all("code"))
                    figures[name.text] = figure
        return figures


class Contents(PageTest):
    def setUp(self):
        super().setUp()
        self.succeed("build", "-q", "plan.yaml")

    def test_texts(self):
        page = self.page()
        (heading,) = page.root.all("h1")
        title = next(page.root.all("title"))
        self.assertEqual((title.text, heading.text), ("Tom & <Jerry>", "Tom & <Jerry>"))
        (header,) = page.root.all("header")
        self.assertEqual([paragraph.text for paragraph in header.all("p")],
                         ["First line.", 'Second line, with "quotes".'])

    def test_videos(self):
        page = self.page()
        videos = {next(video.all("source"))["src"]: video for video in page.root.all("video")}
        self.assertEqual(set(videos), {"videos/neuron.mp4", "videos/other.mp4"})
        first, second = videos["videos/neuron.mp4"], videos["videos/other.mp4"]
        for video in videos.values():
            self.assertIn("controls", video.attributes)
            self.assertIn("playsinline", video.attributes)
            self.assertNotIn("autoplay", video.attributes)
            self.assertEqual((video["width"], video["height"]), ("128", "96"))
            self.assertRegex(next(video.all("source"))["type"],
                             r'\Avideo/mp4; codecs="avc1\.4D40[0-9A-F]{2}"\Z')
        self.assertEqual((first["poster"], first["preload"]), ("images/neuron.png", "none"))
        self.assertEqual((second["poster"], second["preload"]), (None, "metadata"))

    def test_charts(self):
        page = self.page()
        figures = self.figures(page)
        (svg,) = figures["images/fit.svg"].all("svg")
        self.assertEqual((svg["role"], svg["width"], svg["viewbox"]), ("img", "400px", "0 0 400 300"))
        (title,) = svg.all("title")
        self.assertEqual((title.text, title["id"]),
                         ("Prediction of \u201cneuron\u201d", svg["aria-labelledby"]))
        (image,) = figures["images/small.png"].all("img")
        self.assertEqual((image["src"], image["width"], image["height"], image["alt"]),
                         ("images/small.png", "200", "150", "Prediction of \u201cneuron\u201d"))
        self.assertIs(figures["images/fit.pdf"], figures["images/fit.svg"])
        self.assertFalse(list(figures["images/alone.pdf"].all("img")))
        odd = figures["images/a b#1%?.svg"]
        self.assertEqual(next(odd.all("h3")).text, "<i>1 & 2</i>")
        self.assertEqual(next(odd.all("a"))["href"], "images/a%20b%231%25%3F.svg")

    def test_alternatives_are_those_of_the_manifest(self):
        files = json.loads(read(self.path("out/manifest.json")))["files"]
        figures = self.figures(self.page())
        self.assertEqual(len(figures), 7)
        for path, figure in figures.items():
            described = [paragraph for paragraph in figure.all("p") if paragraph["id"]]
            self.assertEqual([paragraph.text for paragraph in described],
                             [files[path]["alternative"]])
        self.assertRegex(files["videos/neuron.mp4"]["alternative"],
                         r"\AThe prediction starts nearly flat at 0\.088 .* in 40 iterations\.\Z")

    def test_strict_policy(self):
        page = self.page()
        (policy,) = [meta["content"] for meta in page.root.all("meta")
                     if meta["http-equiv"] == "Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        for name in ("style", "script"):
            (element,) = page.root.all(name)
            digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
            self.assertIn(f"{name}-src 'sha256-{digest}'", policy)

    def test_tables(self):
        page = self.page()
        (section,) = [section for section in page.root.all("section")
                      if section["aria-labelledby"] == "tables"]
        (table,) = section.all("table")
        rows = [[cell.text for cell in row.children] for row in table.all("tr")]
        lines = read(self.path("out/tables/neuron.csv")).decode().splitlines()
        self.assertEqual([",".join(row) for row in rows], lines)
        self.succeed("build", "-q", "plan.yaml", "--set", "runs.neuron.train.epochs=200")
        (section,) = [section for section in self.page().root.all("section")
                      if section["aria-labelledby"] == "tables"]
        self.assertFalse(list(section.all("table")))
        self.assertIn("tables/neuron.csv", [link["href"] for link in section.all("a")])

    def test_settings(self):
        page = self.page()
        (section,) = [section for section in page.root.all("section")
                      if section["aria-labelledby"] == "settings"]
        tables = [{row.children[0].text: row.children[1].text for row in table.all("tr")}
                  for table in section.all("table")]
        self.assertEqual(tables[0], {"train.epochs": "20", "record.every": "10"})
        self.assertEqual(tables[2], {"train.epochs": "20", "record.every": "10", "train.seed": "3",
                                     "train.optimizer": "adam"})
        self.assertEqual(tables[3]["train.learning_rate"], "0.001")
        settings = json.loads(read(self.path("out/manifest.json")))["runs"]["neuron"]["settings"]
        self.assertEqual(set(tables[0]) | set(tables[1]),
                         {name for name in settings if settings[name] not in ("", None)})
        self.assertFalse(set(tables[0]) & set(tables[1]))

    def test_checksums(self):
        page = self.page()
        (section,) = [section for section in page.root.all("section")
                      if section["aria-labelledby"] == "files"]
        found = {row.children[0].text: row.children[2].text
                 for row in section.all("tr")}
        del found["file"]
        lines = dict(reversed(line.split("  ", 1))
                     for line in read(self.path("out/SHA256SUMS")).decode().splitlines())
        self.assertIn("index.html", lines)
        del lines["index.html"]
        self.assertEqual(found, lines)

    def test_same_bytes(self):
        self.succeed("build", "-q", "plan.yaml", "-j", "1", "--out", "elsewhere/other")
        self.assertEqual(read(self.path("out/index.html")),
                         read(self.path("elsewhere/other/index.html")))
        before = os.stat(self.path("out/index.html")).st_mtime_ns
        self.succeed("build", "-q", "plan.yaml")
        self.assertEqual(os.stat(self.path("out/index.html")).st_mtime_ns, before)
        self.assertNotIn(self.folder.encode(), read(self.path("out/index.html")))


class Readme(PageTest):
    def test_the_command_that_it_shows(self):
        readme = read(os.path.join(SOURCE, "README.md")).decode()
        (section,) = re.findall(r"\n## The page\n(.*?)\n## ", readme, re.DOTALL)
        (command,) = re.findall(r"(?m)^    build/bin/trainreel (.*)$", section)
        self.succeed(*command.split(), "--progress", "none")
        page = self.page("out/tiny-nets")
        self.assertEqual(len(list(page.root.all("video"))), 4)
        self.assertEqual([element["class"] for element in self.elements(page.root)
                          if element["class"] == "group"], ["group"])
        self.succeed("build", "first-steps", "-q", "--progress", "none")
        texts = " ".join(paragraph.text for paragraph in self.page().root.all("p"))
        (quoted,) = re.findall(r'run \("([^"]*)"\)', section.replace("\n", " "))
        for part in quoted.split(" \u2026 "):
            self.assertIn(part, texts)


class Groups(PageTest):
    def groups(self, *arguments):
        self.succeed("build", "-q", "plan.yaml", *arguments)
        groups = []
        for element in self.elements(self.page().root):
            if element["class"] == "group":
                (bar,) = [child for child in element.children if child["class"] == "together"]
                self.assertIn("hidden", bar.attributes)
                (slider,) = bar.all("input")
                groups.append((int(slider["max"]), bar["data-rate"],
                               [source["src"] for source in element.all("source")]))
        return groups

    def test_runs_that_are_as_long(self):
        both = ["videos/neuron.mp4", "videos/other.mp4"]
        self.assertEqual(self.groups(), [(4, "30", both)])
        for change in ("artifacts.videos/other.mp4.every=5", "artifacts.videos/other.mp4.fps=25",
                       "artifacts.videos/other.mp4.hold=1", "runs.other.train.epochs=19",
                       "artifacts.*.pace=adaptive"):
            self.assertEqual(self.groups("--set", change), [], change)

    def test_one_run(self):
        self.assertEqual(self.groups("--set", "artifacts.videos/other.mp4.run=neuron", "--set",
                                     "artifacts.*.pace=adaptive", "--set", "artifacts.*.frames=7"),
                         [(6, "30", ["videos/neuron.mp4", "videos/other.mp4"])])


class Choice(PageTest):
    def test_none_is_wanted(self):
        self.succeed("build", "-q", "plan.yaml", "--page", "no")
        self.assertNotIn("index.html", self.names("out"))
        self.assertNotIn(b"index.html", read(self.path("out/SHA256SUMS")))
        self.make("plan.yaml", b"page: no\n" + PLAN)
        report = json.loads(self.succeed("build", "--json", "plan.yaml"))
        self.assertIsNone(report["page"])
        self.assertNotIn("index.html", self.names("out"))
        self.succeed("build", "-q", "plan.yaml", "--page", "yes")
        self.assertIn("index.html", self.names("out"))

    def test_wrong_values(self):
        self.fail_with(USAGE, "build", "plan.yaml", "--page", "maybe", says=["--page", "maybe"])
        self.make("plan.yaml", b"page: maybe\n" + PLAN)
        self.fail_with(INPUT, "build", "plan.yaml", says=["plan.yaml:1:7: found \"maybe\"", "no, yes"])

    def test_no_artifact_has_its_name(self):
        for name in (b"index.html", b"Index.HTML/a.svg"):
            self.make("plan.yaml", PLAN.replace(b"images/fit.svg", name))
            result = self.run_program("build", "plan.yaml")
            self.assertEqual(result.returncode, INPUT)
            self.assertIn("wanted", result.stderr)

    def test_the_page_of_another_stays(self):
        self.make("out/index.html", b"<title>My own</title>")
        self.fail_with(OUTPUT, "build", "-q", "plan.yaml",
                       says=["out/index.html: this page was not made by trainreel", "--page no"])
        self.assertEqual(read(self.path("out/index.html")), b"<title>My own</title>")
        self.assertNotIn(b"index.html", read(self.path("out/SHA256SUMS")))
        self.assertIn("fit.svg", self.names("out/images"))
        self.succeed("build", "-q", "plan.yaml", "--page", "no")

    def test_a_folder_in_its_place(self):
        self.make("out/index.html/inside")
        self.fail_with(OUTPUT, "build", "-q", "plan.yaml", says=["out/index.html: is a folder"])
        self.assertIn("manifest.json", self.names("out"))


class Trouble(PageTest):
    def test_missing_artifacts(self):
        plan = PLAN.replace(b"chart: fit, size", b"chart: nonsense, size")
        plan = plan.replace(b"other: {extends: neuron, train: {",
                            b"other: {extends: neuron, train: {learning_rate: 1e30, ")
        self.make("plan.yaml", plan)
        result = self.run_program("build", "-q", "plan.yaml")
        self.assertEqual(result.returncode, WORK)
        figures = self.figures(self.page())
        reasons = {path: paragraph.text for path, figure in figures.items()
                   for paragraph in figure.all("p") if paragraph["class"] == "missing"}
        self.assertEqual(reasons, {
            "videos/other.mp4": "videos/other.mp4 is missing: training diverged.",
            "images/a b#1%?.svg": "images/a b#1%?.svg is missing: training diverged.",
            "images/alone.pdf": "images/alone.pdf is missing: training diverged.",
            "images/small.png": "images/small.png is missing: it cannot be made with these "
                              "settings."})
        self.assertTrue(list(figures["images/fit.svg"].all("svg")))

    def test_a_forged_chart_stays_outside(self):
        """Whoever changes a chart can change the manifest as well."""
        self.succeed("build", "-q", "plan.yaml")
        path = self.path("out/images/fit.svg")
        for evil in (b"<script>alert(1)</script>", b"</svg><script>alert(1)</script>",
                     b'<g onload="alert(1)"/>'):
            svg = re.sub(rb"<rect [^>]*>", lambda rect: evil + rect[0], read(path), count=1)
            self.make("out/images/fit.svg", svg)
            manifest = json.loads(read(self.path("out/manifest.json")))
            manifest["files"]["images/fit.svg"]["sha256"] = hashlib.sha256(svg).hexdigest()
            manifest["files"]["images/fit.svg"]["alternative"] = "<b>bold</b>"
            self.make("out/manifest.json", json.dumps(manifest).encode())
            self.succeed("build", "-q", "plan.yaml")
            page = self.page()
            figure = self.figures(page)["images/fit.svg"]
            self.assertFalse(list(figure.all("svg")))
            self.assertEqual(next(figure.all("img"))["src"], "images/fit.svg")
            self.assertEqual([paragraph.text for paragraph in figure.all("p")][0], "<b>bold</b>")
            self.assertEqual(len(list(page.root.all("script"))), 1)

    def test_a_manifest_with_odd_texts_is_not_believed(self):
        self.succeed("build", "-q", "plan.yaml")
        for name, value in (("alternative", "two\nlines"), ("alternative", "x" * 20000),
                            ("alternative", 3), ("codecs", "x" * 100), ("iterations", -1)):
            manifest = json.loads(read(self.path("out/manifest.json")))
            manifest["files"]["images/fit.svg"][name] = value
            self.make("out/manifest.json", json.dumps(manifest).encode())
            report = json.loads(self.succeed("build", "--json", "plan.yaml"))
            self.assertEqual([file["path"] for file in report["files"] if file["outcome"] == "made"],
                             ["images/fit.svg"], name)

    def test_data_files_have_no_folder(self):
        self.make("secret/d.csv", b"x,y\n0,1\n1,2\n2,3\n")
        self.make("one.yaml", b"runs: {a: {data: {file: %s}, train: {epochs: 20}}}\n"
                  b"artifacts: {a.svg: {run: a, chart: fit}}\n" %
                  self.path("secret", "d.csv").encode())
        self.succeed("build", "-q", "one.yaml")
        text = read(self.path("out/index.html"))
        self.assertIn(b">d.csv<", text)
        self.assertNotIn(b"secret", text)

    def test_large_charts_are_linked_to(self):
        self.make("one.yaml", b"runs: {a: {model: '70:relu,70:relu,1', train: {epochs: 150}}}\n"
                  b"artifacts: {a.svg: {run: a, chart: weights+error, size: 800x600}}\n")
        self.succeed("build", "-q", "one.yaml")
        self.assertGreater(os.path.getsize(self.path("out/a.svg")), 1 << 18)
        self.assertEqual(next(self.page().root.all("img"))["src"], "a.svg")


if __name__ == "__main__":
    unittest.main()
