"""The forms of a plan for people and tools, read by those: the page in a
browser, the graphs by Graphviz and Mermaid, JSON by Python. All are one graph.

The page needs Chromium (Debian: chromium-headless-shell)."""

import base64
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

from browser import Browser, find
from script import BIN, BUILD
from substrait_build import (Plan, exists, is_in, join, kind, lit, outer,
                             project, ref, scalar, set_of, sort, values, where)
from substrait_schema import fetch

NAMES = ("</script><script>alert(1)</script>", "]]></svg><img src=x>",
         "\"'><b onload=\"alert(1)\">", "a\nb\r\nc\td", "&lt;&amp;#35;",
         "**bold** `x` _y_ [z](http://a.invalid)", "\U0001f600 \u65e5\u672c\u8a9e " * 9,
         "\u202egnp.exe \u200f\u2066", "w" * 300, "%%{init: {}}%%",
         "\\N\\l\\\"; } digraph {", "e\u0301 \x1b[31m \x7f\x80")


def plans():
    """By name: a plan in protobuf, hostile, wide, deep, with subqueries."""
    rows = values([("k", kind("i64"))], [[lit(i64=1)]])

    p = Plan()
    names = [(name, kind("i64")) for name in NAMES]
    text = p.equal(ref(0), ref(1))
    yield "hostile", p.bytes(project(
        where(values(names, [[lit(i64=1)] * len(NAMES)]), text),
        *(lit(string=name) for name in NAMES)),
        [f"{name}{i}" for i in range(2) for name in NAMES])

    p = Plan()
    on = p.equal(ref(0), ref(1))
    wide = set_of("UNION_ALL", *(where(rows, p.equal(ref(0), lit(i64=i)))
                                 for i in range(9)))
    for i in range(9):
        right = rows if i % 2 else where(rows, p.equal(ref(0), lit(i64=i)))
        wide = project(join(wide, right, "LEFT", on), lit(i64=i), keep=[2])
    yield "wide", p.bytes(set_of("UNION_DISTINCT", wide, rows), ["k"])

    p = Plan()
    inner = where(rows, p.equal(ref(0), outer(0)))
    asked = project(where(where(rows, exists(inner)), is_in(rows, ref(0))),
                    scalar(rows), scalar(where(rows, exists(inner))))
    yield "asked", p.bytes(asked, ["k", "a", "b"])

    p = Plan()
    deep = rows
    for i in range(30):
        deep = sort(where(deep, p.equal(ref(0), lit(i64=i))),
                    (ref(0), "ASC_NULLS_LAST"))
    yield "deep", p.bytes(deep, ["k"])


PAGE = """(() => {
const box = e => { const r = e.getBoundingClientRect();
  return [r.left, r.top, r.right, r.bottom]; };
const nodes = [...document.querySelectorAll("svg .node")];
return {
  nodes: nodes.map(n => ({id: n.id, box: box(n.querySelector("rect")),
    target: document.querySelector(n.getAttribute("href")).textContent,
    lines: [...n.querySelectorAll("text")].map(t => t.textContent),
    texts: [...n.querySelectorAll("text")].map(box)})),
  edges: [...document.querySelectorAll("path[data-from]")].map(p => {
    const length = p.getTotalLength(), m = p.getScreenCTM(), points = [];
    for (let i = 0; i <= 100; i++) {
      const at = p.getPointAtLength(length * i / 100).matrixTransform(m);
      points.push([at.x, at.y]);
    }
    return {from: +p.dataset.from, to: +p.dataset.to, points};
  }),
  labels: [...document.querySelectorAll("svg .edge")].map(e =>
    ({text: e.textContent, box: box(e)})),
  svg: box(document.querySelector("svg")),
  tags: [...new Set([...document.querySelectorAll("*")].map(e => e.localName))],
  overflow: document.documentElement.scrollWidth - innerWidth,
  font: document.fonts.check("12px monospace"),
}; })()"""

TAGS = {"html", "head", "meta", "title", "style", "body", "h1", "p", "div",
        "svg", "defs", "marker", "path", "text", "a", "rect", "table", "thead",
        "tbody", "tr", "th", "td"}


def inside(box, outer_box, by=1):
    return (box[0] >= outer_box[0] - by and box[1] >= outer_box[1] - by
            and box[2] <= outer_box[2] + by and box[3] <= outer_box[3] + by)


def apart(a, b):
    return (a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1])


def squeezed(text):
    return re.sub(r"\s+", "", text)


class Forms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.held = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.held.name)
        cls.paths = {}
        for name, data in plans():
            cls.paths[name] = cls.folder / f"{name}.pb"
            cls.paths[name].write_bytes(data)

    @classmethod
    def tearDownClass(cls):
        cls.held.cleanup()

    def run_it(self, *arguments):
        done = subprocess.run([BIN, *arguments], capture_output=True,
                              text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def explain(self, name, form):
        return self.run_it("explain", "--plan", str(self.paths[name]),
                           "--format", form)

    def graph(self, name):
        return json.loads(self.explain(name, "json"))

    def test_json(self):
        counts = {"hostile": 5, "wide": 80, "deep": 63}
        for name, count in counts.items():
            graph = self.graph(name)
            self.assertEqual(len(graph["nodes"]), count, name)
        for name in self.paths:
            graph = self.graph(name)
            self.assertEqual([node["id"] for node in graph["nodes"]],
                             list(range(len(graph["nodes"]))))
            self.assertEqual([edge["from"] for edge in graph["edges"]],
                             list(range(1, len(graph["nodes"]))))
            for edge in graph["edges"]:
                self.assertLess(edge["to"], edge["from"])
        graph = self.graph("asked")
        subqueries = [edge for edge in graph["edges"] if "subquery" in edge]
        self.assertEqual(len(subqueries), 5)
        for edge in subqueries:
            self.assertIn(f"(subquery {edge['subquery']})",
                          graph["nodes"][edge["to"]]["text"])

    def test_json_says_all(self):
        for node in self.graph("hostile")["nodes"][2:4]:
            self.assertEqual([c["name"] for c in node["columns"]], list(NAMES))
            self.assertEqual({c["type"] for c in node["columns"]}, {"i64"})
            self.assertEqual({c["nullable"] for c in node["columns"]}, {True})

    def test_text(self):
        """A line for each node, whatever is in its names."""
        for name in self.paths:
            nodes = self.graph(name)["nodes"]
            lines = [line.strip() for line in
                     self.explain(name, "text").split("\n")[:-1]]
            lines = [line for line in lines
                     if not re.fullmatch(r"subquery \d+", line)]
            self.assertEqual(len(lines), len(nodes))
            for line, node in zip(lines, nodes):
                self.assertTrue(line.startswith(node["operation"]), line)

    def test_tables(self):
        """Inputs of a query in SQL have the names that it knows."""
        csv = self.folder / "t.csv"
        csv.write_text("a,b\n1,x\n", encoding="utf-8")
        done = self.run_it("query", "--explain", "--format", "json", "--table",
                           f"t={csv}", "select a from t")
        self.assertEqual(json.loads(done)["edges"],
                         [{"from": 1, "to": 0, "table": "t"}])

    @unittest.skipUnless(find(), "no Chromium is here")
    def test_page(self):
        browser = Browser()
        self.addCleanup(browser.close)
        for name in self.paths:
            for width in (480, 1280):
                browser.resize(width, 900)
                with self.subTest(name, width=width):
                    self.check_page(browser, name)
            shot = base64.b64decode(browser.screenshot())
            pictures = BUILD / "tests/pictures"
            pictures.mkdir(parents=True, exist_ok=True)
            (pictures / f"explain-{name}.png").write_bytes(shot)
            self.assertEqual(shot[:8], b"\x89PNG\r\n\x1a\n")

    def check_page(self, browser, name):
        page = self.folder / f"{name}.html"
        page.write_text(self.explain(name, "html"), encoding="utf-8")
        self.assertEqual(browser.open(page), [])
        found = browser.evaluate(PAGE)
        graph = self.graph(name)
        self.assertLessEqual(set(found["tags"]), TAGS)
        self.assertLessEqual(found["overflow"], 0)
        self.check_nodes(found, graph)
        self.check_edges(found, graph)

    def check_nodes(self, found, graph):
        self.assertEqual([node["id"] for node in found["nodes"]],
                         [f"n{node['id']}" for node in graph["nodes"]])
        for node, wanted in zip(found["nodes"], graph["nodes"]):
            self.assertTrue(inside(node["box"], found["svg"]), node)
            for text in node["texts"]:
                self.assertTrue(inside(text, node["box"]), node)
            self.assertEqual(node["lines"][0], wanted["operation"])
            self.check_texts(node, wanted["text"])
        boxes = [node["box"] for node in found["nodes"]]
        for i, box in enumerate(boxes):
            for other in boxes[:i]:
                self.assertTrue(apart(box, other), (box, other))

    def check_texts(self, node, text):
        """The lines of the box and the row of the table say what JSON says,
        where nothing is shown as an escape."""
        if not text.isprintable():
            return
        shown = squeezed("".join(node["lines"]))
        if shown.endswith("\u2026"):
            self.assertEqual(len(node["lines"]), 9)
            self.assertTrue(squeezed(text).startswith(shown[:-1]), shown)
        else:
            self.assertEqual(shown, squeezed(text))
        self.assertIn(text, node["target"])

    def check_edges(self, found, graph):
        self.assertEqual([(e["from"], e["to"]) for e in found["edges"]],
                         [(e["from"], e["to"]) for e in graph["edges"]])
        boxes = [node["box"] for node in found["nodes"]]
        for edge in found["edges"]:
            start, end = edge["points"][0], edge["points"][-1]
            source, reader = boxes[edge["from"]], boxes[edge["to"]]
            self.assertTrue(inside(start + start, source), edge)
            self.assertTrue(inside(end + end, reader), edge)
            self.assertAlmostEqual(start[1], source[1], delta=1)
            self.assertAlmostEqual(end[1], reader[3], delta=1)
            for point in edge["points"][1:-1]:
                for box in boxes:
                    self.assertTrue(apart(point + point, box), (edge, box))
        self.assertEqual([label["text"] for label in found["labels"]],
                         [f"subquery {edge['subquery']}"
                          for edge in graph["edges"] if "subquery" in edge])
        for label in found["labels"]:
            for box in boxes:
                self.assertTrue(apart(label["box"], box), label)

    @unittest.skipUnless(find(), "no Chromium is here")
    def test_graphs(self):
        """Graphviz and Mermaid, as the web has them, read our graphs."""
        libraries = fetch("pictures")
        page = self.folder / "graphs.html"
        page.write_text("<!DOCTYPE html><meta charset=utf-8>" + "".join(
            f'<script src="{libraries / name}"></script>'
            for name in ("viz-global.js", "mermaid.min.js")), encoding="utf-8")
        browser = Browser()
        self.addCleanup(browser.close)
        browser.open(page)
        for name in self.paths:
            with self.subTest(name):
                self.check_dot(browser, name)
                self.check_mermaid(browser, name)

    def check_dot(self, browser, name):
        graph = self.graph(name)
        read = json.loads(browser.evaluate(
            "Viz.instance().then(viz => JSON.stringify(viz.renderJSON("
            f"{json.dumps(self.explain(name, 'dot'))})))"))
        self.assertEqual([o["name"] for o in read["objects"]],
                         [f"n{node['id']}" for node in graph["nodes"]])
        self.assertEqual(
            {(edge["tail"], edge["head"]) for edge in read["edges"]},
            {(edge["from"], edge["to"]) for edge in graph["edges"]})
        drawn = browser.evaluate(
            "Viz.instance().then(viz => [...viz.renderSVGElement("
            f"{json.dumps(self.explain(name, 'dot'))})"
            ".querySelectorAll('.node')].map(n => n.textContent))")
        for node, shown in zip(graph["nodes"], drawn):
            self.check_label(shown, node["text"])

    def check_label(self, shown, text):
        """Blanks aside: those of a line's end come and go."""
        text = re.sub("[\x00-\x20\x7f]", " ", text)
        self.assertIn(squeezed(text), squeezed(shown))

    def check_mermaid(self, browser, name):
        graph = self.graph(name)
        read = json.loads(browser.evaluate(
            "(async () => { mermaid.initialize({startOnLoad: false,"
            " maxTextSize: 1e6}); const drawn = await mermaid.render('p',"
            f" {json.dumps(self.explain(name, 'mermaid'))});"
            " const page = new DOMParser().parseFromString(drawn.svg,"
            " 'text/html'); return JSON.stringify({"
            "nodes: [...page.querySelectorAll('.node')].map(n => n.textContent),"
            "bad: page.querySelectorAll('script,img,b,a').length,"
            "edges: page.querySelectorAll('.edgePaths path').length});})()"))
        self.assertEqual(len(read["nodes"]), len(graph["nodes"]))
        self.assertEqual(read["edges"], len(graph["edges"]))
        self.assertEqual(read["bad"], 0)
        shown = sorted(squeezed(text) for text in read["nodes"])
        wanted = sorted(squeezed(re.sub("[\x00-\x20\x7f]", " ", node["text"]))
                        for node in graph["nodes"])
        self.assertEqual(shown, wanted)


if __name__ == "__main__":
    unittest.main(verbosity=2)
