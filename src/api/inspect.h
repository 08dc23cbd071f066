/* What is found out about a module, and how it is told. */
#ifndef WD_API_INSPECT_H
#define WD_API_INSPECT_H

#include "api/internal.h"
#include "base/buf.h"
#include "lambda/manifest.h"

/* A list of sentences in an arena. */
struct wd_remarks {
  struct wd_arena *arena;
  const char **texts;
  uint32_t count;
  uint32_t capacity;
  bool failed; /* memory is short */
};

struct wd_inspection {
  const struct wd_module_info *info;
  bool extracted;              /* it is a lambda by itself, no program */
  struct wd_manifest manifest; /* of such a one, when it can be read */
  struct wd_remarks reasons; /* why it cannot run, or be called; none: it can */
  struct wd_remarks notes;   /* what is odd but no hindrance */
};

/* Reads the module's outline; runs and compiles nothing. */
void
wd_inspect_module(const struct wd_module *module,
                  struct wd_inspection *inspection);

/* A sentence; printf style. */
void
wd_remark(struct wd_remarks *remarks, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void
wd_inspection_print_text(const struct wd_inspection *inspection,
                         struct wd_buf *buf);

void
wd_inspection_print_json(const struct wd_inspection *inspection,
                         struct wd_buf *buf);

#endif
