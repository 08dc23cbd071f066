/* Made by scripts/wit-generate from wit/; do not edit.
 *
 * The types that exports take and give, as they lie in guest memory: for code
 * that writes or reads them in place. Pointers are the guest's: hostile. */

#ifndef WD_ABI_WIRE_GEN_H
#define WD_ABI_WIRE_GEN_H

#include "arrow/batch.h"

struct wd_wire_list {
  uint32_t pointer;
  uint32_t length;
};

_Static_assert(sizeof(struct wd_node) == 8, "WIT");

struct wd_wire_error {
  uint8_t code;
  struct wd_wire_list message;
  struct wd_wire_list origin;
};
_Static_assert(sizeof(struct wd_wire_error) == 20, "WIT");

struct wd_wire_tuple_string_string {
  struct wd_wire_list f0;
  struct wd_wire_list f1;
};
_Static_assert(sizeof(struct wd_wire_tuple_string_string) == 16, "WIT");

struct wd_wire_field {
  struct wd_wire_list name;
  struct wd_wire_list format;
  uint8_t nullable;
  uint32_t children;
  struct wd_wire_list metadata;
  struct wd_wire_list dictionary;
};
_Static_assert(sizeof(struct wd_wire_field) == 40, "WIT");

struct wd_wire_schema {
  struct wd_wire_list fields;
};
_Static_assert(sizeof(struct wd_wire_schema) == 8, "WIT");

struct wd_wire_batch {
  uint32_t rows;
  struct wd_wire_list nodes;
  struct wd_wire_list buffers;
};
_Static_assert(sizeof(struct wd_wire_batch) == 20, "WIT");

struct wd_wire_option_batch {
  uint8_t tag;
  union {
    struct wd_wire_batch value;
  } as;
};
_Static_assert(sizeof(struct wd_wire_option_batch) == 24, "WIT");

struct wd_wire_lambda {
  uint32_t function;
  uint32_t state;
};
_Static_assert(sizeof(struct wd_wire_lambda) == 8, "WIT");

struct wd_wire_lambdas_constant {
  uint32_t column;
  struct wd_wire_batch value;
};
_Static_assert(sizeof(struct wd_wire_lambdas_constant) == 24, "WIT");

struct wd_wire_option_list_u32 {
  uint8_t tag;
  union {
    struct wd_wire_list value;
  } as;
};
_Static_assert(sizeof(struct wd_wire_option_list_u32) == 12, "WIT");

struct wd_wire_lambdas_binding {
  uint32_t handle;
  struct wd_wire_schema output;
  struct wd_wire_option_list_u32 columns;
  uint8_t properties;
};
_Static_assert(sizeof(struct wd_wire_lambdas_binding) == 28, "WIT");

struct wd_wire_lambdas_expanded {
  struct wd_wire_batch output;
  uint8_t more;
};
_Static_assert(sizeof(struct wd_wire_lambdas_expanded) == 24, "WIT");

struct wd_wire_tables_table_binding {
  uint32_t handle;
  struct wd_wire_schema output;
  uint32_t partitions;
  uint64_t rows;
};
_Static_assert(sizeof(struct wd_wire_tables_table_binding) == 24, "WIT");

struct wd_wire_tables_lateral_rows {
  struct wd_wire_batch output;
  struct wd_wire_list parents;
  uint8_t more;
};
_Static_assert(sizeof(struct wd_wire_tables_lateral_rows) == 32, "WIT");

struct wd_wire_option_s64 {
  uint8_t tag;
  union {
    int64_t value;
  } as;
};
_Static_assert(sizeof(struct wd_wire_option_s64) == 16, "WIT");

#endif
