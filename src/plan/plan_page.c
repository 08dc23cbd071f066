/* A plan as a page of HTML: its picture in SVG, and a table of all that is in
 * it. The page has no script, asks for nothing and says so to the browser; what
 * a program wrote stands in it as text only. Widths are those of a monospaced
 * font, and each line is told its own, so that another font cannot make it
 * leave its box. */
#include <inttypes.h>
#include <string.h>

#include "base/width.h"
#include "plan/plan_graph.h"
#include "plan/plan_layout.h"

#define COLUMNS 36u /* of a line */
#define COLUMN 7.2  /* pixels, at 12 pixels of height */
#define LINE 16
#define LINES 8u /* of a box, at most */
#define MARGIN 10
#define BOX_WIDTH 288 /* COLUMNS of COLUMN, an ellipsis, two margins */

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1c2430;--quiet:#5a6675;"
    "--paper:#fff;--box:#f2f6fb;--line:#7d8da1;--mark:#1f5fbf}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e4e9f0;--quiet:#9aa7b8;"
    "--paper:#14181e;--box:#1f2733;--line:#66758a;--mark:#7fb0ff}}\n"
    "body{margin:24px;background:var(--paper);color:var(--ink);"
    "font:14px/1.5 system-ui,sans-serif}\n"
    "h1{font-size:20px;margin:0 0 4px}p{margin:0 0 16px;color:var(--quiet)}\n"
    ".picture{overflow:auto;padding-bottom:12px}svg{display:block}\n"
    "svg text{font:12px monospace;fill:var(--ink);white-space:pre}\n"
    "svg .name{font-weight:bold;fill:var(--mark)}\n"
    "svg .edge{font-size:11px;fill:var(--quiet)}\n"
    "rect{fill:var(--box);stroke:var(--line)}\n"
    "path{fill:none;stroke:var(--line)}\n"
    "path.table,path.subquery{stroke-dasharray:5 4}\n"
    "marker path{fill:var(--line);stroke:none}\n"
    ":target rect{stroke:var(--mark);stroke-width:2}\n"
    "table{width:100%;table-layout:fixed;border-collapse:collapse;"
    "margin-top:24px}\n"
    "th,td{padding:6px 10px;border-top:1px solid var(--line);text-align:left;"
    "vertical-align:top;overflow-wrap:anywhere}\n"
    "th:first-child{width:5em}td{font:12px/1.4 monospace}\n"
    "tr:target td{background:var(--box)}a{color:var(--mark)}\n";

struct page {
  const struct wd_plan_graph *graph;
  struct wd_plan_box *boxes;
  struct wd_arena arena;
  struct wd_buf raw;  /* as the program wrote it */
  struct wd_buf text; /* on one line, with nothing that does something */
  struct wd_buf *buf;
};

static void
add_html(struct wd_buf *buf, const char *text, size_t length)
{
  static const char special[] = "&<>\"'";
  static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;",
                                         "&#39;"};
  size_t done = 0;

  for (size_t i = 0; i < length; i++) {
    const char *at = text[i] ? strchr(special, text[i]) : NULL;

    if (!at)
      continue;
    wd_buf_add(buf, text + done, i - done);
    wd_buf_puts(buf, entities[at - special]);
    done = i + 1;
  }
  wd_buf_add(buf, text + done, length - done);
}

/* Of what is in page->raw. */
static void
take_text(struct page *page, uint32_t limit)
{
  wd_buf_clear(&page->text);
  wd_width_show(&page->text, wd_buf_text(&page->raw), page->raw.length, limit);
  page->buf->failed |= page->raw.failed || page->text.failed;
}

/* What a node does, without its name. */
static void
take_detail(struct page *page, const struct wd_plan_node *node)
{
  wd_buf_clear(&page->raw);
  wd_plan_node_print(node, &page->raw);
  take_text(page, 0);
}

/* The bytes of the first line of a text: to the last blank that fits. */
static size_t
line_length(const char *text, size_t length, uint32_t *out_width)
{
  size_t fits = wd_width_fit(text, length, COLUMNS, out_width);
  size_t end = fits;

  if (fits == length)
    return fits;
  while (end > 0 && text[end] != ' ')
    end--;
  return end ? wd_width_fit(text, end, COLUMNS, out_width) : fits;
}

/* The lines of page->text, each given to `each`; how many there are, at most
 * LINES. */
static uint32_t
wrap(struct page *page,
     void (*each)(struct page *page, uint32_t line, const char *text,
                  size_t length, uint32_t width, bool cut))
{
  const char *text = wd_buf_text(&page->text);
  size_t left = page->text.length;
  uint32_t count = 0;

  for (;;) {
    uint32_t width;
    size_t length;

    while (left && *text == ' ') {
      text++;
      left--;
    }
    if (!left || count == LINES)
      return count;
    length = line_length(text, left, &width);
    if (each)
      each(page, count, text, length, width,
           length < left && count + 1 == LINES);
    text += length;
    left -= length;
    count++;
  }
}

static bool
place_boxes(struct page *page, int64_t *out_width, int64_t *out_height)
{
  page->boxes =
      wd_arena_array(&page->arena, page->graph->count, sizeof *page->boxes);
  if (!page->boxes)
    return false;
  for (uint32_t i = 0; i < page->graph->count; i++) {
    take_detail(page, wd_plan_graph_at(page->graph, i)->node);
    page->boxes[i].height =
        LINE * (1 + (int64_t)wrap(page, NULL)) + (int64_t)MARGIN;
  }
  return wd_plan_layout(page->graph, BOX_WIDTH, page->boxes, &page->arena,
                        out_width, out_height);
}

static void
add_line(struct page *page, uint32_t line, const char *text, size_t length,
         uint32_t width, bool cut)
{
  struct wd_buf *buf = page->buf;

  wd_buf_printf(buf,
                "<text x=\"%d\" y=\"%" PRIu32 "\" textLength=\"%.1f\" "
                "lengthAdjust=\"spacingAndGlyphs\">",
                MARGIN, LINE * (line + 2), COLUMN * (width + cut));
  add_html(buf, text, length);
  wd_buf_puts(buf, cut ? "…</text>" : "</text>");
}

static void
add_box(struct page *page, uint32_t index)
{
  const struct wd_plan_node *node = wd_plan_graph_at(page->graph, index)->node;
  const struct wd_plan_box *box = &page->boxes[index];
  struct wd_buf *buf = page->buf;

  wd_buf_printf(buf,
                "<a id=\"n%" PRIu32 "\" class=\"node\" href=\"#o%" PRIu32
                "\" transform=\"translate(%" PRId64 " %" PRId64 ")\">"
                "<rect width=\"%d\" height=\"%" PRId64 "\" rx=\"5\"/>"
                "<text class=\"name\" x=\"%d\" y=\"%d\">%s</text>",
                index, index, box->x, box->y, BOX_WIDTH, box->height, MARGIN,
                LINE, wd_plan_node_name(node));
  take_detail(page, node);
  wrap(page, add_line);
  wd_buf_puts(buf, "</a>\n");
}

static const char *
edge_class(enum wd_plan_edge edge)
{
  static const char *const names[] = {
      [WD_PLAN_EDGE_INPUT] = "input",
      [WD_PLAN_EDGE_TABLE] = "table",
      [WD_PLAN_EDGE_SUBQUERY] = "subquery",
  };

  return names[edge];
}

static void
add_edge_text(struct page *page, const struct wd_plan_vertex *vertex, int64_t x,
              int64_t y)
{
  if (vertex->edge == WD_PLAN_EDGE_INPUT)
    return;
  wd_buf_clear(&page->raw);
  wd_plan_edge_print(vertex, &page->raw);
  take_text(page, COLUMNS / 2 - 1);
  wd_buf_printf(page->buf,
                "<text class=\"edge\" x=\"%" PRId64 "\" y=\"%" PRId64 "\">",
                x + 6, y - 6);
  add_html(page->buf, wd_buf_text(&page->text), page->text.length);
  wd_buf_puts(page->buf, "</text>\n");
}

/* From the top of what is read up to the bottom of who reads it, through the
 * gap between their levels. */
static void
add_edge(struct page *page, uint32_t index)
{
  const struct wd_plan_vertex *vertex = wd_plan_graph_at(page->graph, index);
  const struct wd_plan_box *from = &page->boxes[index];
  const struct wd_plan_box *to = &page->boxes[vertex->parent];

  wd_buf_printf(page->buf,
                "<path class=\"%s\" data-from=\"%" PRIu32
                "\" data-to=\"%" PRIu32 "\" d=\"M%" PRId64 " %" PRId64
                "V%" PRId64 "H%" PRId64 "V%" PRId64
                "\" marker-end=\"url(#arrow)\"/>\n",
                edge_class(vertex->edge), index, vertex->parent,
                from->x + BOX_WIDTH / 2, from->y, from->y - WD_PLAN_GAP_Y / 2,
                to->x + BOX_WIDTH / 2, to->y + to->height);
  add_edge_text(page, vertex, from->x + BOX_WIDTH / 2, from->y);
}

static void
add_picture(struct page *page, int64_t width, int64_t height)
{
  struct wd_buf *buf = page->buf;

  wd_buf_printf(buf,
                "<div class=\"picture\"><svg xmlns=\"http://www.w3.org/2000/svg"
                "\" role=\"img\" aria-label=\"The plan, its result on top\" "
                "width=\"%" PRId64 "\" height=\"%" PRId64
                "\" viewBox=\"-2 -2 %" PRId64 " %" PRId64 "\">\n"
                "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" "
                "refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" "
                "orient=\"auto\"><path d=\"M0 0L8 4L0 8Z\"/></marker></defs>\n",
                width + 4, height + 4, width + 4, height + 4);
  for (uint32_t i = 1; i < page->graph->count; i++)
    add_edge(page, i);
  for (uint32_t i = 0; i < page->graph->count; i++)
    add_box(page, i);
  wd_buf_puts(buf, "</svg></div>\n");
}

static void
add_columns(struct page *page, const struct wd_schema *schema)
{
  wd_buf_clear(&page->raw);
  wd_schema_print(schema, &page->raw);
  take_text(page, 0);
  add_html(page->buf, wd_buf_text(&page->text), page->text.length);
}

static void
add_row(struct page *page, uint32_t index)
{
  const struct wd_plan_node *node = wd_plan_graph_at(page->graph, index)->node;
  struct wd_buf *buf = page->buf;

  wd_buf_printf(buf,
                "<tr id=\"o%" PRIu32 "\"><td><a href=\"#n%" PRIu32 "\">%" PRIu32
                "</a></td><td>%s",
                index, index, index, wd_plan_node_name(node));
  take_detail(page, node);
  add_html(buf, wd_buf_text(&page->text), page->text.length);
  wd_buf_puts(buf, "</td><td>");
  add_columns(page, &node->schema);
  wd_buf_puts(buf, "</td></tr>\n");
}

static void
add_page(struct page *page, int64_t width, int64_t height)
{
  struct wd_buf *buf = page->buf;
  uint32_t count = page->graph->count;

  wd_buf_puts(buf, "<!DOCTYPE html>\n<html lang=\"en\"><head>\n"
                   "<meta charset=\"utf-8\">\n<meta "
                   "http-equiv=\"Content-Security-Policy\" content=\"default-"
                   "src 'none'; style-src 'unsafe-inline'\">\n<meta "
                   "name=\"viewport\" content=\"width=device-width\">\n"
                   "<title>Plan</title>\n<style>\n");
  wd_buf_puts(buf, style);
  wd_buf_printf(buf,
                "</style></head><body>\n<h1>Plan</h1>\n<p>%" PRIu32
                " operation%s; rows go up, to the result.</p>\n",
                count, count == 1 ? "" : "s");
  add_picture(page, width, height);
  wd_buf_puts(buf, "<table><thead><tr><th>Number</th><th>Operation</th>"
                   "<th>Columns</th></tr></thead><tbody>\n");
  for (uint32_t i = 0; i < count; i++)
    add_row(page, i);
  wd_buf_puts(buf, "</tbody></table>\n</body></html>\n");
}

void
wd_plan_page_print(const struct wd_plan_graph *graph, struct wd_buf *buf)
{
  struct page page = {.graph = graph, .buf = buf};
  int64_t width, height;

  wd_arena_init(&page.arena, buf->mem, 0);
  wd_buf_init(&page.raw, buf->mem, buf->maximum);
  wd_buf_init(&page.text, buf->mem, buf->maximum);
  if (place_boxes(&page, &width, &height))
    add_page(&page, width, height);
  else
    buf->failed = true;
  wd_buf_fini(&page.text);
  wd_buf_fini(&page.raw);
  wd_arena_fini(&page.arena);
}
