/* The plan around its relations: what they declare, and what is apart. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "substrait/writer.h"

/* https://github.com/substrait-io/substrait: the version that is written. */
#define MINOR 108

void
wd__write_fail(struct writer *w, enum wd_status status, const char *format, ...)
{
  char text[400];
  va_list arguments;

  if (w->status != WD_OK)
    return;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  w->status = status == WD_NO_MEMORY
                  ? wd_fail_memory(w->error)
                  : wd_fail(w->error, status, "to-plan: %s", text);
}

void
wd__write_int(struct writer *w, uint32_t field, int64_t value)
{
  if (value)
    wd_wire_int(w->buf, field, value);
}

void
wd__write_numbers(struct writer *w, uint32_t field, uint32_t count,
                  const uint32_t *numbers)
{
  size_t list;

  if (count == 0)
    return;
  list = wd_wire_begin(w->buf, field);
  for (uint32_t i = 0; i < count; i++)
    wd_wire_packed(w->buf, numbers[i]);
  wd_wire_end(w->buf, list);
}

static uint32_t
declare(struct writer *w, struct declarations *all, uint32_t urn,
        const char *name)
{
  struct declared *item;
  uint32_t anchor = 1;

  for (item = all->first; item; item = item->next, anchor++)
    if (item->urn == urn && strcmp(item->name, name) == 0)
      return anchor;
  item = wd_arena_alloc(w->arena, sizeof *item);
  if (!item || !(item->name = wd_arena_strdup(w->arena, name))) {
    wd__write_fail(w, WD_NO_MEMORY, "memory");
    return 0;
  }
  item->urn = urn;
  if (all->first)
    *all->end = item;
  else
    all->first = item;
  all->end = &item->next;
  return ++all->count;
}

uint32_t
wd__declare_function(struct writer *w, const char *urn, const char *name)
{
  return declare(w, &w->functions, declare(w, &w->urns, 0, urn), name);
}

uint32_t
wd__declare_type(struct writer *w, const char *urn, const char *name)
{
  return declare(w, &w->types, declare(w, &w->urns, 0, urn), name);
}

void
wd__write_begin(struct writer *w, uint32_t field, struct place *place)
{
  bool apart = ++w->depth % WD_WRITE_DEPTH == 0;

  *place = (struct place){.outside = apart ? w->buf : NULL};
  if (apart) {
    wd_buf_init(&place->inside, w->buf->mem, w->buf->maximum);
    w->buf = &place->inside;
  } else {
    place->begun = wd_wire_begin(w->buf, field);
  }
}

static struct piece *
keep_piece(struct writer *w, struct pieces *pieces)
{
  struct piece *piece = wd_arena_alloc(w->arena, sizeof *piece);

  if (!piece)
    return NULL;
  piece->data = wd_arena_strndup(w->arena, wd_buf_text(w->buf), w->buf->length);
  piece->length = w->buf->length;
  if (!piece->data)
    return NULL;
  if (pieces->first)
    *pieces->end = piece;
  else
    pieces->first = piece;
  pieces->end = &piece->next;
  pieces->count++;
  return piece;
}

void
wd__write_end(struct writer *w, uint32_t field, struct place *place,
              struct pieces *pieces, uint32_t ordinal_field)
{
  size_t begun;

  w->depth--;
  if (!place->outside) {
    wd_wire_end(w->buf, place->begun);
    return;
  }
  if (w->buf->failed || !keep_piece(w, pieces))
    wd__write_fail(w, WD_NO_MEMORY, "memory");
  w->buf = place->outside;
  wd_buf_fini(&place->inside);
  begun = wd_wire_begin(w->buf, field);
  wd_wire_int(w->buf, ordinal_field, (int64_t)pieces->count - 1);
  wd_wire_end(w->buf, begun);
}

static void
put_pieces(struct writer *w, uint32_t field, const struct pieces *pieces)
{
  for (const struct piece *piece = pieces->first; piece; piece = piece->next)
    wd_wire_bytes(w->buf, field, piece->data, piece->length);
}

/* PlanRel. */
static void
put_root(struct writer *w, const struct wd_plan_node *node)
{
  size_t relation = wd_wire_begin(w->buf, WD_SS_Plan_relations);
  size_t root = wd_wire_begin(w->buf, WD_SS_PlanRel_root);

  wd__write_relation(w, WD_SS_RelRoot_input, node);
  wd__write_names(w, WD_SS_RelRoot_names, &node->schema);
  wd_wire_end(w->buf, root);
  put_pieces(w, WD_SS_PlanRel_detached_expressions, &w->expressions);
  put_pieces(w, WD_SS_PlanRel_detached_rels, &w->relations);
  wd_wire_end(w->buf, relation);
}

static void
put_declared(struct writer *w, uint32_t kind, uint32_t urn_field,
             uint32_t anchor_field, uint32_t name_field,
             const struct declarations *all)
{
  uint32_t anchor = 1;

  for (const struct declared *item = all->first; item; item = item->next) {
    size_t outer = wd_wire_begin(w->buf, WD_SS_Plan_extensions);
    size_t inner = wd_wire_begin(w->buf, kind);

    wd_wire_int(w->buf, anchor_field, anchor++);
    wd_wire_text(w->buf, name_field, item->name);
    wd_wire_int(w->buf, urn_field, item->urn);
    wd_wire_end(w->buf, inner);
    wd_wire_end(w->buf, outer);
  }
}

static void
put_version(struct writer *w)
{
  size_t version = wd_wire_begin(w->buf, WD_SS_Plan_version);

  wd_wire_int(w->buf, WD_SS_Version_minor_number, MINOR);
  wd_wire_text(w->buf, WD_SS_Version_producer, "wasi-data");
  wd_wire_end(w->buf, version);
}

static void
put_urns(struct writer *w)
{
  uint32_t anchor = 1;

  for (const struct declared *urn = w->urns.first; urn; urn = urn->next) {
    size_t begun = wd_wire_begin(w->buf, WD_SS_Plan_extension_urns);

    wd_wire_int(w->buf, WD_SS_SimpleExtensionURN_extension_urn_anchor,
                anchor++);
    wd_wire_text(w->buf, WD_SS_SimpleExtensionURN_urn, urn->name);
    wd_wire_end(w->buf, begun);
  }
}

/* The relations first, apart: they say what is declared. */
static void
put_plan(struct writer *w, const struct wd_plan *plan)
{
  struct wd_buf *whole = w->buf, relations;

  wd_buf_init(&relations, whole->mem, whole->maximum);
  w->buf = &relations;
  put_root(w, plan->root);
  w->buf = whole;
  put_declared(
      w, WD_SS_SimpleExtensionDeclaration_extension_type,
      WD_SS_SimpleExtensionDeclaration_ExtensionType_extension_urn_reference,
      WD_SS_SimpleExtensionDeclaration_ExtensionType_type_anchor,
      WD_SS_SimpleExtensionDeclaration_ExtensionType_name, &w->types);
  put_declared(
      w, WD_SS_SimpleExtensionDeclaration_extension_function,
      WD_SS_SimpleExtensionDeclaration_ExtensionFunction_extension_urn_reference,
      WD_SS_SimpleExtensionDeclaration_ExtensionFunction_function_anchor,
      WD_SS_SimpleExtensionDeclaration_ExtensionFunction_name, &w->functions);
  if (relations.failed)
    whole->failed = true;
  else
    wd_buf_add(whole, relations.data, relations.length);
  wd_buf_fini(&relations);
  if (w->carried)
    wd__write_carried(w);
  put_version(w);
  put_urns(w);
}

enum wd_status
wd_substrait_write(const struct wd_plan *plan,
                   const struct wd_substrait_options *options,
                   struct wd_buf *buf, struct wd_error *error)
{
  static const struct wd_substrait_options none;
  struct wd_arena arena;
  struct writer w = {.buf = buf,
                     .arena = &arena,
                     .options = options ? options : &none,
                     .error = error};

  wd_arena_init(&arena, buf->mem, buf->maximum);
  put_plan(&w, plan);
  wd_arena_fini(&arena);
  if (w.status != WD_OK || !buf->failed)
    return w.status;
  return wd_fail(error, WD_LIMIT_EXCEEDED,
                 "to-plan: the plan has more than %zu bytes, with the rows and "
                 "the memory of programs that it holds",
                 buf->maximum);
}
