#include "wasm/unwrap.h"

#include <string.h>

#include "wasm/reader.h"

#define NONE UINT32_MAX

/* Exports are compared with each other; programs have fewer. */
#define EXPORTS_MAX 4096

enum {
  OP_END = 0x0b,
  OP_CALL = 0x10,
  OP_LOCAL_GET = 0x20,
};

static const char suffix[] = ".command_export";

/* The calls of a body that does nothing but [call,] get all parameters, call
 * [, call]. Which of them is the function is decided later. */
struct wrapper {
  bool fits;
  uint32_t before; /* calls before the parameters, when there are some */
  uint32_t calls[3];
  uint32_t call_count;
  uint32_t parameters;
  bool named; /* the name section says that it is a wrapper */
};

/* What runs before and after the function; the same in all wrappers. */
struct surroundings {
  uint32_t constructors;
  uint32_t destructors;
};

static uint32_t
parameter_count(const struct wd_outline *outline, uint32_t function)
{
  const uint8_t *type = outline->types[outline->functions[function]];
  struct wd_reader reader = {type, type + 5, false};

  return wd_reader_u32(&reader);
}

/* Types are compared by their texts' source: the bytes may differ and mean
 * the same, then the export stays as it is. */
static bool
same_type(const struct wd_outline *outline, uint32_t a, uint32_t b)
{
  return a < outline->function_count && b < outline->function_count &&
         outline->functions[a] == outline->functions[b];
}

static void
read_calls(struct wd_reader *body, struct wrapper *wrapper)
{
  uint32_t gets = 0;
  uint8_t op;

  if (wd_reader_u32(body) != 0) /* locals */
    return;
  while (op = wd_reader_byte(body), op != OP_END && !body->bad) {
    if (op == OP_LOCAL_GET && wd_reader_u32(body) == gets &&
        wrapper->call_count <= 1) {
      gets++;
    } else if (op == OP_CALL && wrapper->call_count < 3) {
      if (gets == 0)
        wrapper->before++;
      wrapper->calls[wrapper->call_count++] = wd_reader_u32(body);
    } else {
      return;
    }
  }
  wrapper->fits = !body->bad && body->at == body->end &&
                  gets == wrapper->parameters && wrapper->call_count >= 2;
}

static void
read_body(const struct wd_outline *outline, uint32_t function,
          struct wd_reader body, struct wrapper *wrappers)
{
  for (uint32_t i = 0; i < outline->info.export_count; i++)
    if (outline->export_functions[i] == function) {
      struct wd_reader copy = body;

      wrappers[i].parameters = parameter_count(outline, function);
      read_calls(&copy, &wrappers[i]);
    }
}

/* Marks which functions exports name, so that bodies of others are passed by
 * quickly. */
static void
read_bodies(const struct wd_outline *outline, const uint8_t *exported,
            struct wrapper *wrappers)
{
  struct wd_reader code = {outline->code, outline->code + outline->code_size,
                           false};
  uint32_t count = wd_reader_u32(&code);
  uint32_t function = outline->imported_functions;

  for (uint32_t i = 0; i < count && !code.bad; i++, function++) {
    struct wd_reader body = wd_reader_part(&code, wd_reader_u32(&code));

    if (!body.bad && function < outline->function_count && exported[function])
      read_body(outline, function, body, wrappers);
  }
}

static void
mark_named(const struct wd_outline *outline, uint32_t function,
           struct wrapper *wrappers)
{
  for (uint32_t i = 0; i < outline->info.export_count; i++)
    if (outline->export_functions[i] == function)
      wrappers[i].named = true;
}

/* Looks for the suffix in the name section's names of functions. */
static void
read_names(const struct wd_outline *outline, const uint8_t *exported,
           struct wrapper *wrappers)
{
  struct wd_reader names = {outline->names,
                            outline->names + outline->names_size, false};
  size_t length = sizeof suffix - 1;

  while (names.at != names.end) {
    uint8_t id = wd_reader_byte(&names);
    struct wd_reader part = wd_reader_part(&names, wd_reader_u32(&names));
    uint32_t count = id == 1 ? wd_reader_u32(&part) : 0;

    for (uint32_t i = 0; i < count && !part.bad; i++) {
      uint32_t function = wd_reader_u32(&part);
      uint32_t size;
      const uint8_t *name = wd_reader_bytes(&part, &size);

      if (!part.bad && size > length && function < outline->function_count &&
          exported[function] &&
          memcmp(name + size - length, suffix, length) == 0)
        mark_named(outline, function, wrappers);
    }
  }
}

/* main wants its constructors and destructors. */
static bool
is_start(const struct wd_outline *outline, uint32_t export)
{
  return strcmp(outline->info.exports[export].name, "_start") == 0;
}

/* Without names only a program with main whose exports all look alike has
 * wrappers. */
static bool
all_fit(const struct wd_outline *outline, const struct wrapper *wrappers)
{
  bool start = false;
  bool any = false;

  for (uint32_t i = 0; i < outline->info.export_count; i++) {
    if (outline->export_functions[i] == NONE)
      continue;
    if (is_start(outline, i))
      start = true;
    else if (!wrappers[i].fits)
      return false;
    else
      any = true;
  }
  return start && any;
}

/* The place of the function among the calls, or 3 when that is open. */
static uint32_t
inner_call(const struct wd_outline *outline, uint32_t function,
           const struct wrapper *wrapper, const struct surroundings *known)
{
  const uint32_t *calls = wrapper->calls;
  bool first = same_type(outline, calls[0], function);
  bool second = same_type(outline, calls[1], function);

  if (wrapper->call_count == 3)
    return second ? 1 : 3;
  if (wrapper->parameters) /* what precedes the parameters is not it */
    return wrapper->before ? (second ? 1 : 3) : first ? 0 : 3;
  if (first != second)
    return first ? 0 : 1;
  if (calls[1] == known->destructors)
    return 0;
  return calls[0] == known->constructors ? 1 : 3;
}

/* Notes what surrounds the function; false when other wrappers differ. */
static bool
agree(struct surroundings *known, const struct wrapper *wrapper, uint32_t inner)
{
  uint32_t before = inner ? wrapper->calls[inner - 1] : NONE;
  uint32_t after =
      inner + 1 < wrapper->call_count ? wrapper->calls[inner + 1] : NONE;

  if (known->constructors == NONE)
    known->constructors = before;
  if (known->destructors == NONE)
    known->destructors = after;
  return (before == NONE || before == known->constructors) &&
         (after == NONE || after == known->destructors);
}

/* Fills what can be decided; twice, as the second time knows more. */
static bool
decide(const struct wd_outline *outline, const struct wrapper *wrappers,
       bool need_name, struct surroundings *known, uint32_t *unwrapped)
{
  for (uint32_t i = 0; i < outline->info.export_count; i++) {
    uint32_t function = outline->export_functions[i];
    uint32_t inner;

    if (!wrappers[i].fits || (need_name && !wrappers[i].named) ||
        is_start(outline, i))
      continue;
    inner = inner_call(outline, function, &wrappers[i], known);
    if (inner == 3)
      continue;
    if (!agree(known, &wrappers[i], inner))
      return false;
    unwrapped[i] = wrappers[i].calls[inner];
  }
  return true;
}

static enum wd_status
find(struct wd_outline *outline, struct wrapper *wrappers, uint8_t *exported,
     uint32_t *unwrapped)
{
  struct surroundings known = {NONE, NONE};
  bool named = outline->names != NULL;
  uint32_t count = outline->info.export_count;

  for (uint32_t i = 0; i < count; i++) {
    unwrapped[i] = NONE;
    if (outline->export_functions[i] != NONE)
      exported[outline->export_functions[i]] = 1;
  }
  read_bodies(outline, exported, wrappers);
  if (named)
    read_names(outline, exported, wrappers);
  else if (!all_fit(outline, wrappers))
    return WD_OK;
  for (int time = 0; time < 2; time++)
    if (!decide(outline, wrappers, named, &known, unwrapped))
      return WD_OK;
  outline->unwrapped = unwrapped;
  return WD_OK;
}

enum wd_status
wd_unwrap(struct wd_outline *outline, struct wd_arena *arena,
          struct wd_error *error)
{
  uint32_t count = outline->info.export_count;
  struct wrapper *wrappers;
  uint8_t *exported;
  uint32_t *unwrapped;
  enum wd_status status;

  if (!outline->code || count == 0 || count > EXPORTS_MAX)
    return WD_OK;
  unwrapped = wd_arena_array(arena, count, sizeof *unwrapped);
  wrappers = wd_mem_calloc(arena->mem, count, sizeof *wrappers);
  exported = wd_mem_calloc(arena->mem, outline->function_count, 1);
  if (unwrapped && wrappers && exported)
    status = find(outline, wrappers, exported, unwrapped);
  else
    status = wd_fail_memory(error);
  wd_mem_free(arena->mem, wrappers, count * sizeof *wrappers);
  wd_mem_free(arena->mem, exported, outline->function_count);
  return status;
}
