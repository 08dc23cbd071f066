#include "api/inspect.h"

#include <stdio.h>
#include <string.h>

#include "abi/function.h"
#include "wasm/signature.h"

#define WASI_MODULE "wasi_snapshot_preview1"
#define REPORT_MAX (64u << 20)

void
wd_remark(struct wd_remarks *remarks, const char *format, ...)
{
  char text[1200];
  va_list arguments;
  char *copy;

  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  copy = wd_arena_strdup(remarks->arena, text);
  if (copy && remarks->count == remarks->capacity) {
    uint32_t capacity = remarks->capacity ? remarks->capacity * 2 : 8;
    const char **grown =
        wd_arena_array(remarks->arena, capacity, sizeof *grown);

    if (grown && remarks->count)
      memcpy(grown, remarks->texts, remarks->count * sizeof *grown);
    if (grown) {
      remarks->texts = grown;
      remarks->capacity = capacity;
    }
  }
  if (copy && remarks->count < remarks->capacity)
    remarks->texts[remarks->count++] = copy;
  else
    remarks->failed = true;
}

/* A function of preview1, or NULL. */
static const struct wd_import *
find_wasi(const char *name)
{
  size_t count;
  const struct wd_import *known = wd_wasi_worker_imports(&count);

  for (size_t i = 0; i < count; i++)
    if (strcmp(known[i].name, name) == 0)
      return &known[i];
  return NULL;
}

static void
check_signature(struct wd_inspection *inspection,
                const struct wd_extern *wanted, const char *parameters,
                const char *results)
{
  char ours[256];

  if (wanted->kind == WD_EXTERN_FUNCTION &&
      wd_signature_is(wanted->signature, parameters, results))
    return;
  wd_remark(&inspection->reasons, "it imports %s.%s as %s; here it is %s",
            wanted->module, wanted->name,
            wanted->signature ? wanted->signature : "no function",
            wd_signature_print(parameters, results, ours, sizeof ours));
}

static void
check_import(struct wd_inspection *inspection, const struct wd_extern *wanted,
             const struct wd_abi_function **needs_realloc)
{
  const struct wd_abi_function *function;
  const struct wd_import *wasi;
  struct wd_error error = {0};

  if (wd_abi_is_ours(wanted->module)) {
    if (wd_abi_find_import(wanted->module, wanted->name, &function, &error) !=
        WD_OK) {
      wd_remark(&inspection->reasons, "%s", error.message);
      return;
    }
    check_signature(inspection, wanted, function->parameters,
                    function->results);
    if (function->area_size && !*needs_realloc)
      *needs_realloc = function;
    return;
  }
  wasi =
      strcmp(wanted->module, WASI_MODULE) == 0 ? find_wasi(wanted->name) : NULL;
  if (wasi)
    check_signature(inspection, wanted, wasi->parameters, wasi->results);
  else
    wd_remark(&inspection->reasons, "it imports %s.%s, which nobody provides",
              wanted->module, wanted->name);
}

/* An exported function that the host calls. */
static void
check_export(const struct wd_extern *export, const char *parameters,
             const char *results, struct wd_remarks *remarks)
{
  char ours[256];

  if (export->kind == WD_EXTERN_FUNCTION &&
      wd_signature_is(export->signature, parameters, results))
    return;
  wd_remark(remarks, "it exports %s as %s; the host calls it as %s",
            export->name, export->signature ? export->signature : "no function",
            wd_signature_print(parameters, results, ours, sizeof ours));
}

static void
check_exports(struct wd_inspection *inspection, bool *has)
{
  const struct wd_module_info *info = inspection->info;

  for (uint32_t i = 0; i < info->export_count; i++) {
    const struct wd_extern *export = &info->exports[i];
    const struct wd_abi_function *function = wd_abi_find_export(export->name);

    if (function) {
      has[function - wd_abi_exports] = true;
      check_export(export, function->parameters, function->results,
                   &inspection->notes);
    } else if (wd_abi_is_odd_export(export->name)) {
      wd_remark(&inspection->notes,
                "it exports %s, which is no function of version %s: nobody "
                "will call it",
                export->name, WD_ABI_VERSION);
    }
  }
}

/* Interfaces are exported as a whole: component tooling refuses parts. */
static void
check_interface(struct wd_inspection *inspection, const bool *has, size_t first,
                size_t end)
{
  const char *interface = wd_abi_exports[first].interface;
  char missing[512] = "";
  bool any = false;

  for (size_t i = first; i < end; i++) {
    size_t used = strlen(missing);

    if (has[i])
      any = true;
    else
      snprintf(missing + used, sizeof missing - used, "%s%s", used ? ", " : "",
               wd_abi_exports[i].name);
  }
  if (!any && strcmp(interface, "lambdas") == 0)
    wd_remark(&inspection->notes,
              "it exports no %s: its data sets can have no lambdas", interface);
  else if (any && *missing)
    wd_remark(&inspection->notes, "it exports %s without %s", interface,
              missing);
}

static void
check_interfaces(struct wd_inspection *inspection, const bool *has)
{
  for (size_t first = 0; first < WD_ABI_EXPORT_COUNT;) {
    size_t end = first + 1;

    while (end < WD_ABI_EXPORT_COUNT &&
           strcmp(wd_abi_exports[end].interface,
                  wd_abi_exports[first].interface) == 0)
      end++;
    check_interface(inspection, has, first, end);
    first = end;
  }
}

static void
check_entry(struct wd_inspection *inspection, const struct wd_module *module,
            const struct wd_abi_function *needs_realloc)
{
  const struct wd_extern *start = wd_module_export(module, "_start");
  const struct wd_extern *allocate = wd_module_export(module, "cabi_realloc");

  if (inspection->extracted)
    start = NULL;
  else if (!start)
    wd_remark(&inspection->reasons,
              "it exports no _start: it is no program but a library of "
              "functions");
  if (start)
    check_export(start, "", "", &inspection->reasons);
  if (allocate)
    check_export(allocate, "iiii", "i", &inspection->reasons);
  else if (needs_realloc)
    wd_remark(&inspection->reasons,
              "it exports no cabi_realloc, which %s needs to hand over its "
              "results",
              needs_realloc->label);
}

/* What an extracted module says of itself. */
static void
check_manifest(struct wd_inspection *inspection, const struct wd_module *module)
{
  struct wd_error error = {0};
  enum wd_named_kind kind;
  enum wd_status status =
      wd_manifest_read(module, inspection->reasons.arena,
                       &inspection->extracted, &inspection->manifest, &error);

  if (status == WD_OK && inspection->extracted)
    status = wd_library_kind(&inspection->manifest, inspection->info->name,
                             &kind, &error);
  if (status != WD_OK)
    wd_remark(&inspection->reasons, "%s", error.message);
}

void
wd_inspect_module(const struct wd_module *module,
                  struct wd_inspection *inspection)
{
  const struct wd_module_info *info = wd_module_info(module);
  const struct wd_abi_function *needs_realloc = NULL;
  bool has[WD_ABI_EXPORT_COUNT] = {false};
  bool data = false;

  inspection->info = info;
  check_manifest(inspection, module);
  for (uint32_t i = 0; i < info->import_count; i++) {
    data = data || wd_abi_is_ours(info->imports[i].module);
    check_import(inspection, &info->imports[i], &needs_realloc);
  }
  check_entry(inspection, module, needs_realloc);
  check_exports(inspection, has);
  if (data)
    check_interfaces(inspection, has);
  else if (!inspection->extracted)
    wd_remark(&inspection->notes,
              "it imports nothing of %s: it has no data "
              "sets",
              WD_ABI_PACKAGE);
}

/* An extracted module has workers, and no main. */
static void
check_worker(struct wd_run *run, struct wd_inspection *inspection)
{
  struct wd_linkage *linkage = NULL;
  struct wd_error error = {0};

  if (wd_worker_linkage_new(run->module, run->host->variant, &linkage,
                            &error) != WD_OK)
    wd_remark(&inspection->reasons, "%s", error.message);
  else
    wd_linkage_free(linkage);
}

/* Nothing seems wrong: compiling and linking say the last word. */
static void
check_by_linking(struct wd_run *run, struct wd_inspection *inspection)
{
  struct wd_program *program = NULL;
  struct wd_error error = {0};

  if (inspection->extracted) {
    check_worker(run, inspection);
    return;
  }
  if (wd_run_program(run, &program, &error) != WD_OK)
    wd_remark(&inspection->reasons, "%s", error.message);
  wd_program_free(program);
}

static enum wd_status
print(struct wd_run *run, const struct wd_inspection *inspection, bool json,
      struct wd_error *error)
{
  enum wd_status status = WD_OK;
  struct wd_buf buf;

  wd_buf_init(&buf, &run->mem, REPORT_MAX);
  if (json)
    wd_inspection_print_json(inspection, &buf);
  else
    wd_inspection_print_text(inspection, &buf);
  if (buf.failed || inspection->reasons.failed || inspection->notes.failed)
    status = wd_fail_memory(error);
  else if (run->output_fd >= 0)
    status = wd_run_take(run, wd_buf_text(&buf), buf.length, error);
  wd_buf_fini(&buf);
  return status;
}

enum wd_status
wd_run_inspect(struct wd_run *run, const char *form, bool *out_runs,
               struct wd_error *error)
{
  struct wd_inspection inspection = {0};
  bool json = strcmp(form, "json") == 0;
  struct wd_arena arena;
  enum wd_status status;

  if (!json && strcmp(form, "text") != 0)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "inspect: '%s' is no form; there are text, json", form);
  wd_arena_init(&arena, &run->mem, 0);
  inspection.reasons.arena = inspection.notes.arena = &arena;
  wd_inspect_module(run->module, &inspection);
  if (!inspection.reasons.count)
    check_by_linking(run, &inspection);
  *out_runs = inspection.reasons.count == 0;
  status = print(run, &inspection, json, error);
  wd_arena_fini(&arena);
  return status;
}
