/* Plans for people and their tools: as a tree of text, as JSON, as graphs for
 * Graphviz and Mermaid. The page is plan_page.c's. */
#include <inttypes.h>
#include <string.h>

#include "arrow/json.h"
#include "plan/plan_graph.h"

static const char *const forms[] = {
#define WD_X(form, name) [form] = name,
    WD_PLAN_FORMS(WD_X)
#undef WD_X
};

bool
wd_plan_form_find(const char *name, size_t length, enum wd_plan_form *out_form)
{
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (strlen(forms[i]) == length && memcmp(forms[i], name, length) == 0) {
      *out_form = (enum wd_plan_form)i;
      return true;
    }
  return false;
}

/* What stands for a character that is not taken as it is; NULL: itself. */
typedef const char *
escape_function(unsigned char c);

/* What a program wrote into names and literals cannot break a line, nor reach
 * the terminal. */
static const char *
escape_text(unsigned char c)
{
  return c < ' ' || c == 0x7f ? " " : NULL;
}

/* Of a label in quotes, in which Graphviz knows HTML's names of characters. */
static const char *
escape_dot(unsigned char c)
{
  switch (c) {
  case '"':
    return "\\\"";
  case '\\':
    return "\\\\";
  case '&':
    return "&amp;";
  default:
    return escape_text(c);
  }
}

/* Mermaid's own codes: labels are Markdown and HTML there. */
static const char *
escape_mermaid(unsigned char c)
{
  static const char special[] = "\"#&'*<>\\_`~[](){}|";
  static const char *const codes[] = {
      "#34;", "#35;", "#38;", "#39;",  "#42;",  "#60;",
      "#62;", "#92;", "#95;", "#96;",  "#126;", "#91;",
      "#93;", "#40;", "#41;", "#123;", "#125;", "#124;",
  };
  const char *at = c ? strchr(special, c) : NULL;

  return at ? codes[at - special] : escape_text(c);
}

static void
add_escaped(struct wd_buf *buf, const struct wd_buf *text,
            escape_function *escape)
{
  size_t done = 0;

  for (size_t i = 0; i < text->length; i++) {
    const char *escaped = escape((unsigned char)text->data[i]);

    if (!escaped)
      continue;
    wd_buf_add(buf, text->data + done, i - done);
    wd_buf_puts(buf, escaped);
    done = i + 1;
  }
  wd_buf_add(buf, text->data + done, text->length - done);
}

struct printer {
  const struct wd_plan_graph *graph;
  struct wd_buf line; /* one label, before it is escaped */
  struct wd_buf *buf;
};

static void
add_label(struct printer *printer, const struct wd_plan_node *node,
          escape_function *escape)
{
  wd_buf_clear(&printer->line);
  wd_buf_puts(&printer->line, wd_plan_node_name(node));
  wd_plan_node_print(node, &printer->line);
  if (printer->line.failed)
    printer->buf->failed = true;
  else
    add_escaped(printer->buf, &printer->line, escape);
}

static void
add_edge_label(struct printer *printer, const struct wd_plan_vertex *vertex,
               escape_function *escape)
{
  wd_buf_clear(&printer->line);
  wd_plan_edge_print(vertex, &printer->line);
  add_escaped(printer->buf, &printer->line, escape);
}

static void
indent(uint32_t depth, struct wd_buf *buf)
{
  for (uint32_t i = 0; i < depth; i++)
    wd_buf_puts(buf, "  ");
}

/* Levels of what is no input have a line of their own above them. */
static void
print_text(struct printer *printer)
{
  const struct wd_plan_graph *graph = printer->graph;
  struct wd_buf depths;

  wd_buf_init(&depths, printer->buf->mem, graph->count * sizeof(uint32_t));
  for (uint32_t i = 0; i < graph->count; i++) {
    const struct wd_plan_vertex *vertex = wd_plan_graph_at(graph, i);
    const uint32_t *of = (const uint32_t *)(const void *)depths.data;
    uint32_t depth =
        vertex->parent == WD_PLAN_NO_PARENT ? 0 : of[vertex->parent] + 1;

    if (vertex->edge != WD_PLAN_EDGE_INPUT) {
      indent(depth++, printer->buf);
      add_edge_label(printer, vertex, escape_text);
      wd_buf_putc(printer->buf, '\n');
    }
    if (!wd_buf_add(&depths, &depth, sizeof depth))
      break;
    indent(depth, printer->buf);
    add_label(printer, vertex->node, escape_text);
    wd_buf_putc(printer->buf, '\n');
  }
  printer->buf->failed |= depths.failed;
  wd_buf_fini(&depths);
}

static void
print_dot(struct printer *printer)
{
  struct wd_buf *buf = printer->buf;

  wd_buf_puts(buf, "digraph plan {\n  rankdir=BT;\n  node [shape=box];\n");
  for (uint32_t i = 0; i < printer->graph->count; i++) {
    const struct wd_plan_vertex *vertex = wd_plan_graph_at(printer->graph, i);

    wd_buf_printf(buf, "  n%" PRIu32 " [label=\"", i);
    add_label(printer, vertex->node, escape_dot);
    wd_buf_puts(buf, "\"];\n");
    if (vertex->parent == WD_PLAN_NO_PARENT)
      continue;
    wd_buf_printf(buf, "  n%" PRIu32 " -> n%" PRIu32, i, vertex->parent);
    if (vertex->edge != WD_PLAN_EDGE_INPUT) {
      wd_buf_puts(buf, " [style=dashed, label=\"");
      add_edge_label(printer, vertex, escape_dot);
      wd_buf_puts(buf, "\"]");
    }
    wd_buf_puts(buf, ";\n");
  }
  wd_buf_puts(buf, "}\n");
}

static void
print_mermaid(struct printer *printer)
{
  struct wd_buf *buf = printer->buf;

  wd_buf_puts(buf, "flowchart BT\n");
  for (uint32_t i = 0; i < printer->graph->count; i++) {
    const struct wd_plan_vertex *vertex = wd_plan_graph_at(printer->graph, i);

    wd_buf_printf(buf, "  n%" PRIu32 "[\"", i);
    add_label(printer, vertex->node, escape_mermaid);
    wd_buf_puts(buf, "\"]\n");
    if (vertex->parent == WD_PLAN_NO_PARENT)
      continue;
    wd_buf_printf(buf, "  n%" PRIu32, i);
    if (vertex->edge == WD_PLAN_EDGE_INPUT) {
      wd_buf_puts(buf, " --> ");
    } else {
      wd_buf_puts(buf, " -.->|\"");
      add_edge_label(printer, vertex, escape_mermaid);
      wd_buf_puts(buf, "\"| ");
    }
    wd_buf_printf(buf, "n%" PRIu32 "\n", vertex->parent);
  }
}

static void
print_json_columns(struct printer *printer, const struct wd_schema *schema)
{
  wd_buf_puts(printer->buf, ", \"columns\": [");
  for (uint32_t i = 0; i < schema->count; i++) {
    const struct wd_column *column = &schema->columns[i];

    wd_buf_puts(printer->buf, i ? ", {\"name\": " : "{\"name\": ");
    wd_json_string(column->name, strlen(column->name), printer->buf);
    wd_buf_clear(&printer->line);
    wd_type_print(&column->type, &printer->line);
    wd_buf_puts(printer->buf, ", \"type\": ");
    wd_json_string(wd_buf_text(&printer->line), printer->line.length,
                   printer->buf);
    wd_buf_printf(printer->buf, ", \"nullable\": %s}",
                  column->nullable ? "true" : "false");
  }
  wd_buf_putc(printer->buf, ']');
}

static void
print_json_node(struct printer *printer, uint32_t index)
{
  const struct wd_plan_node *node =
      wd_plan_graph_at(printer->graph, index)->node;

  wd_buf_printf(printer->buf,
                "%s\n  {\"id\": %" PRIu32 ", \"operation\": \"%s\"",
                index ? "," : "", index, wd_plan_node_name(node));
  wd_buf_clear(&printer->line);
  wd_buf_puts(&printer->line, wd_plan_node_name(node));
  wd_plan_node_print(node, &printer->line);
  wd_buf_puts(printer->buf, ", \"text\": ");
  wd_json_string(wd_buf_text(&printer->line), printer->line.length,
                 printer->buf);
  printer->buf->failed |= printer->line.failed;
  print_json_columns(printer, &node->schema);
  wd_buf_putc(printer->buf, '}');
}

static void
print_json_edge(struct printer *printer, uint32_t index)
{
  const struct wd_plan_vertex *vertex = wd_plan_graph_at(printer->graph, index);

  wd_buf_printf(printer->buf, "%s\n  {\"from\": %" PRIu32 ", \"to\": %" PRIu32,
                index > 1 ? "," : "", index, vertex->parent);
  if (vertex->edge == WD_PLAN_EDGE_SUBQUERY)
    wd_buf_printf(printer->buf, ", \"subquery\": %" PRIu32, vertex->subquery);
  if (vertex->edge == WD_PLAN_EDGE_TABLE) {
    wd_buf_puts(printer->buf, ", \"table\": ");
    wd_json_string(vertex->table, strlen(vertex->table), printer->buf);
  }
  wd_buf_putc(printer->buf, '}');
}

static void
print_json(struct printer *printer)
{
  wd_buf_puts(printer->buf, "{\"nodes\": [");
  for (uint32_t i = 0; i < printer->graph->count; i++)
    print_json_node(printer, i);
  wd_buf_puts(printer->buf, "\n], \"edges\": [");
  for (uint32_t i = 1; i < printer->graph->count; i++)
    print_json_edge(printer, i);
  wd_buf_puts(printer->buf, "\n]}\n");
}

void
wd_plan_print(const struct wd_plan *plan, enum wd_plan_form form,
              struct wd_buf *buf)
{
  struct wd_plan_graph graph;
  struct printer printer = {.graph = &graph, .buf = buf};

  wd_buf_init(&printer.line, buf->mem, buf->maximum);
  if (!wd_plan_graph_make(buf->mem, plan, &graph))
    buf->failed = true;
  else if (form == WD_PLAN_TEXT)
    print_text(&printer);
  else if (form == WD_PLAN_JSON)
    print_json(&printer);
  else if (form == WD_PLAN_DOT)
    print_dot(&printer);
  else if (form == WD_PLAN_MERMAID)
    print_mermaid(&printer);
  else
    wd_plan_page_print(&graph, buf);
  wd_buf_fini(&printer.line);
  wd_plan_graph_fini(&graph);
}
