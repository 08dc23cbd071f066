/* What a server of Spark Connect sends: messages, descriptions of columns,
 * details of errors. Nothing may be read past its end, whatever it says. */
#include <stdlib.h>
#include <string.h>

#include "engine/spark/base64.h"
#include "engine/spark/types.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
walk(struct wd_sc_view view, int depth)
{
  struct wd_sc_field field;
  char text[64];

  while (wd_sc_next(&view, &field) == WD_SC_FIELD) {
    if (!field.is_bytes)
      continue;
    wd_sc_copy_text(text, sizeof text, field.view);
    if (depth < 8)
      walk(field.view, depth + 1);
  }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct wd_sc_view view = {data, size};
  struct wd_arena arena;
  struct wd_schema schema;
  uint8_t plain[256];

  walk(view, 0);
  wd_sc_base64((const char *)data, size, plain, sizeof plain);
  wd_arena_init(&arena, NULL, 64 << 20);
  if (wd_spark_schema_from(view, &arena, &schema, NULL) == WD_OK)
    for (uint32_t i = 0; i < schema.count; i++)
      if (strlen(schema.columns[i].name) > size)
        abort();
  wd_arena_fini(&arena);
  return 0;
}
