/* Strict functions: rows with a null are not given to them. */
#include "engine/duckdb/strict.h"

#include "engine/duckdb/nested.h"

/* The rows of a chunk that are to be computed, and what they become. */
struct strict {
  const struct wd_duck_call *call;
  duckdb_data_chunk input;
  duckdb_vector output;
  idx_t rows;
  idx_t kept;
  duckdb_selection_vector chosen; /* kept of them: the rows */
  duckdb_selection_vector places; /* of each row, among those kept */
  duckdb_data_chunk narrow;       /* the kept rows */
  duckdb_vector result;
};

static bool
has_null(const struct strict *strict, idx_t row)
{
  idx_t columns = duckdb_data_chunk_get_column_count(strict->input);

  for (idx_t i = 0; i < columns; i++)
    if (!wd_duck_is_valid(duckdb_vector_get_validity(
                              duckdb_data_chunk_get_vector(strict->input, i)),
                          row))
      return true;
  return false;
}

/* Whether any row is left out. */
static bool
any_null(const struct strict *strict)
{
  idx_t columns = duckdb_data_chunk_get_column_count(strict->input);

  for (idx_t i = 0; i < columns; i++) {
    const uint64_t *validity = duckdb_vector_get_validity(
        duckdb_data_chunk_get_vector(strict->input, i));

    if (validity && wd_duck_null_count(validity, 0, strict->rows))
      return true;
  }
  return false;
}

static void
choose(struct strict *strict)
{
  sel_t *chosen = duckdb_selection_vector_get_data_ptr(strict->chosen);
  sel_t *places = duckdb_selection_vector_get_data_ptr(strict->places);

  for (idx_t row = 0; row < strict->rows; row++) {
    bool null = has_null(strict, row);

    places[row] = null ? 0 : (sel_t)strict->kept;
    if (!null)
      chosen[strict->kept++] = (sel_t)row;
  }
}

/* Copies the kept rows. */
static enum wd_status
make_narrow(struct strict *strict, struct wd_error *error)
{
  idx_t columns = duckdb_data_chunk_get_column_count(strict->input);
  size_t size = columns * sizeof(duckdb_logical_type);
  duckdb_logical_type *types = wd_mem_alloc(strict->call->mem, size);

  if (!types)
    return wd_fail_memory(error);
  for (idx_t i = 0; i < columns; i++)
    types[i] = duckdb_vector_get_column_type(
        duckdb_data_chunk_get_vector(strict->input, i));
  strict->narrow = duckdb_create_data_chunk(types, columns);
  for (idx_t i = 0; i < columns; i++) {
    if (strict->narrow)
      duckdb_vector_copy_sel(duckdb_data_chunk_get_vector(strict->input, i),
                             duckdb_data_chunk_get_vector(strict->narrow, i),
                             strict->chosen, strict->kept, 0, 0);
    duckdb_destroy_logical_type(&types[i]);
  }
  wd_mem_free(strict->call->mem, types, size);
  if (!strict->narrow)
    return wd_fail_memory(error);
  duckdb_data_chunk_set_size(strict->narrow, strict->kept);
  return WD_OK;
}

static enum wd_status
make_result(struct strict *strict, struct wd_error *error)
{
  duckdb_logical_type type = duckdb_vector_get_column_type(strict->output);

  strict->result = duckdb_create_vector(type, strict->kept);
  duckdb_destroy_logical_type(&type);
  return strict->result ? WD_OK : wd_fail_memory(error);
}

/* The results to their rows, null to the others. */
static void
spread(const struct strict *strict)
{
  const struct wd_type *type = &strict->call->lambda->output.columns[0].type;

  if (strict->kept)
    duckdb_vector_copy_sel(strict->result, strict->output, strict->places,
                           strict->rows, 0, 0);
  for (idx_t row = 0; row < strict->rows; row++)
    if (has_null(strict, row))
      wd_duck_set_null(type, strict->output, row);
}

static enum wd_status
run_kept(struct strict *strict, wd_duck_map_chunk *map, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  choose(strict);
  if (strict->kept) {
    status = make_narrow(strict, error);
    if (status == WD_OK)
      status = make_result(strict, error);
    if (status == WD_OK)
      status = map(strict->call, strict->narrow, strict->result, error);
  }
  if (status == WD_OK)
    spread(strict);
  if (strict->narrow)
    duckdb_destroy_data_chunk(&strict->narrow);
  if (strict->result)
    duckdb_destroy_vector(&strict->result);
  return status;
}

enum wd_status
wd_duck_strict_run(const struct wd_duck_call *call, duckdb_data_chunk input,
                   duckdb_vector output, wd_duck_map_chunk *map,
                   struct wd_error *error)
{
  struct strict strict = {
      .call = call,
      .input = input,
      .output = output,
      .rows = duckdb_data_chunk_get_size(input),
  };
  enum wd_status status;

  if (!any_null(&strict))
    return map(call, input, output, error);
  strict.chosen = duckdb_create_selection_vector(strict.rows);
  strict.places = duckdb_create_selection_vector(strict.rows);
  status = run_kept(&strict, map, error);
  duckdb_destroy_selection_vector(strict.chosen);
  duckdb_destroy_selection_vector(strict.places);
  return status;
}
