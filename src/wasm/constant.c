/* Constant expressions: core specification 3.3.10, with extended-const. */
#include "wasm/reader.h"
#include "wasm/rewrite.h"

enum {
  OP_END = 0x0b,
  OP_GLOBAL_GET = 0x23,
  OP_I32_CONST = 0x41,
  OP_I64_CONST = 0x42,
  OP_F32_CONST = 0x43,
  OP_F64_CONST = 0x44,
  OP_I32_ADD = 0x6a,
  OP_I32_MUL = 0x6c,
  OP_I64_ADD = 0x7c,
  OP_I64_MUL = 0x7e,
  OP_REF_NULL = 0xd0,
  OP_REF_FUNC = 0xd2,
  OP_VECTOR = 0xfd,
  OP_V128_CONST = 12,
};

#define STACK_SIZE 16

/* A stack of integers; `known` ends with the first thing that is none. */
struct evaluation {
  uint64_t stack[STACK_SIZE];
  unsigned depth;
  bool known;
};

static void
push(struct evaluation *e, uint64_t value)
{
  if (e->depth == STACK_SIZE)
    e->known = false;
  else
    e->stack[e->depth++] = value;
}

static void
compute(struct evaluation *e, uint8_t op)
{
  bool narrow = op < OP_I64_ADD;
  int kind = op - (narrow ? OP_I32_ADD : OP_I64_ADD);
  uint64_t a;
  uint64_t b;

  if (e->depth < 2) {
    e->known = false;
    return;
  }
  b = e->stack[--e->depth];
  a = e->stack[--e->depth];
  a = kind == 0 ? a + b : kind == 1 ? a - b : a * b;
  push(e, narrow ? (uint32_t)a : a);
}

/* Skips what follows an instruction that gives no integer. */
static void
skip_operand(struct wd_reader *reader, uint8_t op)
{
  switch (op) {
  case OP_F32_CONST:
    wd_reader_skip(reader, 4);
    break;
  case OP_F64_CONST:
    wd_reader_skip(reader, 8);
    break;
  case OP_GLOBAL_GET:
  case OP_REF_FUNC:
    wd_reader_u32(reader);
    break;
  case OP_REF_NULL:
    wd_reader_s64(reader);
    break;
  case OP_VECTOR:
    if (wd_reader_u32(reader) == OP_V128_CONST)
      wd_reader_skip(reader, 16);
    else
      wd_reader_fail(reader);
    break;
  default:
    wd_reader_fail(reader);
  }
}

bool
wd_constant_read(struct wd_reader *reader, uint64_t *out_value)
{
  struct evaluation e = {{0}, 0, true};
  uint8_t op;

  while (op = wd_reader_byte(reader), op != OP_END && !reader->bad) {
    if (op == OP_I32_CONST) {
      push(&e, (uint32_t)wd_reader_s64(reader));
    } else if (op == OP_I64_CONST) {
      push(&e, (uint64_t)wd_reader_s64(reader));
    } else if ((op >= OP_I32_ADD && op <= OP_I32_MUL) ||
               (op >= OP_I64_ADD && op <= OP_I64_MUL)) {
      compute(&e, op);
    } else {
      skip_operand(reader, op);
      e.known = false;
    }
  }
  if (reader->bad || !e.known || e.depth != 1)
    return false;
  *out_value = e.stack[0];
  return true;
}
