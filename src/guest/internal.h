/* What the files of this room share. */
#ifndef WD_GUEST_INTERNAL_H
#define WD_GUEST_INTERNAL_H

#include <pthread.h>

#include "abi/abi.h"
#include "guest/handles.h"
#include "guest/program.h"

/* A text and what it means, in the engine's own words. */
struct wd_program_query {
  struct wd_text text;
  struct wd_text dialect; /* empty: the engine's */
  /* Tables that it can name before all others. */
  uint32_t input_count;
  const struct wd_written_input *inputs;
};

/* A job and who still cares for it. */
struct wd_program_job {
  struct wd_program_job *next;
  struct wd_job *job;
  bool held; /* the program has a handle */
};

/* A data set and keys to group it by: a handle's object. */
struct wd_grouped {
  struct wd_relation *relation;
  struct wd_arena arena;
  uint32_t key_count;
  const struct wd_named_syntax *keys;
  uint32_t set_count; /* grouping sets; none: all keys */
  const struct wd_key_set *sets;
  const struct wd_syntax *pivot; /* or NULL */
  uint32_t value_count;
  const struct wd_named_syntax *values;
};

/* A program that a plan carries, loaded. */
struct wd_program_carried {
  struct wd_program_carried *next;
  struct wd_hash hash;
  struct wd_module *module;
  struct wd_linkage *linkage;
  struct wd_image *image;
  struct wd_arena arena; /* of what follows */
  uint32_t argument_count;
  const char *const *arguments;
};

struct wd_program {
  struct wd_program_options options;
  struct wd_linkage *driver_linkage;
  struct wd_linkage *worker_linkage; /* made at the first lambda */
  struct wd_instance *instance;
  struct wd_engine *engine; /* opened at first need */
  struct wd_abi_guest guest;
  bool has_realloc;
  wasmtime_func_t realloc;
  bool allocating; /* cabi_realloc runs: imports trap */
  struct wd_handles handles;
  struct wd_registry *functions; /* NULL: none was registered */
  struct wd_image *registered;   /* of one that registers: memory as of then */
  uint64_t job_count;
  struct wd_error write_error; /* of a write that nobody asked about */
  bool stopped;                /* explain: the program was ended */
  bool trapped;                /* main */
  struct wd_program_table *tables;
  struct wd_program_carried *carried;

  pthread_mutex_t lock; /* guards jobs against cancel and progress */
  struct wd_program_job *jobs;
  bool cancelled;
};

/* The program of a call. */
static inline struct wd_program *
wd_program_of(struct wd_abi_call *call)
{
  return call->env;
}

/* The relation of a data set's handle (handles were checked by the glue). */
struct wd_relation *
wd_program_dataset(struct wd_program *program, uint32_t handle);

/* Hands a relation over to a new handle; takes the reference, also on
 * failure. relation NULL: out of memory. */
enum wd_status
wd_program_give(struct wd_program *program, struct wd_relation *relation,
                uint32_t *out_handle, struct wd_error *error);

/* Hands a relation over when it was built (status WD_OK), drops it when not. */
enum wd_status
wd_program_finish(struct wd_program *program, enum wd_status status,
                  struct wd_relation *relation, uint32_t *out_handle,
                  struct wd_error *error);

/* Copies named settings. */
enum wd_status
wd_guest_options(const struct wd_abi_list_tuple_string_string *from,
                 struct wd_arena *arena, const struct wd_option **out_options,
                 struct wd_error *error);

/* The engine, opened when it was not yet. */
enum wd_status
wd_program_engine(struct wd_program *program, struct wd_engine **out_engine,
                  struct wd_error *error);

/* Plans a relation: binds its lambdas in a pool on an image of now. For job 0
 * that is only a view: plan and pool must be gone before main goes on.
 * *out_pool is NULL when there are no lambdas; else the caller's. */
enum wd_status
wd_program_plan(struct wd_program *program, struct wd_relation *relation,
                uint64_t job, struct wd_plan *out_plan,
                struct wd_pool **out_pool, struct wd_error *error);

/* What an action does with the rows of a relation: all unset, the program
 * fetches them. */
struct wd_program_action {
  struct wd_relation *relation;
  struct wd_sink *sink; /* taken over; NULL: none */
  enum wd_format format;
  const struct wd_abi_list_tuple_string_string *options; /* of the write */
  const struct wd_abi_list_string *partition_by;         /* NULL: nothing */
  bool silent;                                           /* nothing */
  struct wd_stored *into; /* they become a table; NULL: no */
  bool append;            /* are added to it: columns must be the same */
};

/* A table that the program made. */
struct wd_program_table {
  struct wd_program_table *next;
  char *name;
  struct wd_relation *relation; /* NULL: the first job is at it */
  /* The job that makes it, or adds to it, and what it will be then. */
  struct wd_program_job *job;
  struct wd_relation *coming;
};

/* Starts a job. */
enum wd_status
wd_program_start(struct wd_program *program,
                 const struct wd_program_action *action,
                 struct wd_program_job **out_job, struct wd_error *error);

/* Runs a job and shows its rows. */
enum wd_status
wd_program_show(struct wd_program *program, struct wd_relation *relation,
                struct wd_error *error);

/* Whether it was cancelled as a whole. */
bool
wd_program_cancelled(struct wd_program *program);

/* Registers a type of the program's or of a library's (`whose`). */
enum wd_status
wd_program_register_type(struct wd_program *program, const struct wd_type *type,
                         const struct wd_closure *operations, const void *whose,
                         struct wd_error *error);

/* Registers a function, also the first. */
enum wd_status
wd_program_register(struct wd_program *program, const char *name, size_t length,
                    const struct wd_named *function, struct wd_error *error);

/* Puts the libraries' functions into the registry. */
enum wd_status
wd_program_add_libraries(struct wd_program *program, struct wd_error *error);

/* Gives a started job a handle. */
enum wd_status
wd_program_hold(struct wd_program *program, struct wd_program_job *job,
                uint32_t *out_handle, struct wd_error *error);

/* The program no longer wants a job: a collect is cancelled and freed, a
 * write goes on. */
void
wd_program_release(struct wd_program *program, struct wd_program_job *job);

/* Frees what has ended and is not held; keeps the first error of a write. */
void
wd_program_reap(struct wd_program *program);

/* The relation of a query: its tables are the inputs, tables of the program's
 * own, granted ones. */
enum wd_status
wd_program_query(struct wd_program *program,
                 const struct wd_program_query *query, struct wd_arena *arena,
                 struct wd_relation **out_relation, struct wd_error *error);

/* Starts the job that makes a table of the program's own, or adds to it. The
 * name is checked: it is not empty and not that of a granted table. */
enum wd_status
wd_program_make_table(struct wd_program *program, struct wd_relation *rows,
                      struct wd_text name, enum wd_write_mode mode,
                      struct wd_program_job **out_job, struct wd_error *error);

/* Forgets a table, waiting for the job that is at it; false: there is none.
 * What was made of it keeps it. */
bool
wd_program_drop_table(struct wd_program *program, struct wd_text name);

/* Options of a write: the program's own (may be NULL) and those of the grant,
 * which count. */
enum wd_status
wd_program_sink_options(const struct wd_abi_list_tuple_string_string *own,
                        const struct wd_grant *grant, struct wd_arena *arena,
                        struct wd_abi_list_tuple_string_string *out_options,
                        struct wd_error *error);

/* A table of the program's own, when there is one of that name (with case
 * folded, if there is none as it is written): waits for the
 * job that makes it. *out_relation is NULL when there is none, else a new
 * reference. Fails when the job failed that was to make it. */
enum wd_status
wd_program_table(struct wd_program *program, struct wd_text name, bool folded,
                 struct wd_relation **out_relation, struct wd_error *error);

/* A job has ended and goes: tables that wait for it become what they are. */
void
wd_program_settle_tables(struct wd_program *program,
                         struct wd_program_job *job);

void
wd_program_free_tables(struct wd_program *program);

/* Loads a program that a plan carries, once: its code is checked as any
 * module's is, its memory must be one of that code. The program's own. */
enum wd_status
wd_program_load_carried(struct wd_program *program,
                        const struct wd_carried *carried,
                        const struct wd_program_carried **out_loaded,
                        struct wd_error *error);

/* Whether an image is that of a carried program. */
bool
wd_program_is_carried(const struct wd_program *program,
                      const struct wd_carried *carried,
                      const struct wd_image *image);

void
wd_program_free_carried(struct wd_program *program);

/* Also for NULL. */
void
wd_grouped_free(struct wd_program *program, struct wd_grouped *grouped);

/* Fills in the handlers of one interface each. */
void
wd_guest_builders(struct wd_abi_handlers *handlers);
void
wd_guest_shapes(struct wd_abi_handlers *handlers);
void
wd_guest_plans(struct wd_abi_handlers *handlers);
void
wd_guest_sql(struct wd_abi_handlers *handlers);
void
wd_guest_parameters(struct wd_abi_handlers *handlers);
void
wd_guest_tables(struct wd_abi_handlers *handlers);
void
wd_guest_groups(struct wd_abi_handlers *handlers);
void
wd_guest_actions(struct wd_abi_handlers *handlers);
void
wd_guest_stored(struct wd_abi_handlers *handlers);
void
wd_guest_jobs(struct wd_abi_handlers *handlers);
void
wd_guest_context(struct wd_abi_handlers *handlers);
void
wd_guest_functions(struct wd_abi_handlers *handlers);

/* Copies values and their names into the arena. */
enum wd_status
wd_guest_take_parameters(const struct wd_abi_parameters *from,
                         struct wd_arena *arena, struct wd_parameters *out,
                         struct wd_error *error);

/* Hands rows to the guest as an optional batch; they are freed when the call
 * has ended. */
enum wd_status
wd_guest_give_rows(struct wd_abi_call *call, struct wd_rows *rows, bool has,
                   struct wd_abi_option_batch *out, struct wd_error *error);

/* A zero-terminated copy of a guest's text; NULL when memory is short. Text
 * with a NUL is refused where it matters, by those who use it. */
char *
wd_guest_text(struct wd_arena *arena, struct wd_text text);

/* The same for a name: not empty, without NUL. `what` is named in the error. */
enum wd_status
wd_guest_name(struct wd_arena *arena, struct wd_text text, const char *what,
              const char **out_name, struct wd_error *error);

enum wd_status
wd_guest_names(struct wd_arena *arena, const struct wd_abi_list_string *texts,
               const char *what, const char *const **out_names,
               struct wd_error *error);

/* A relation over the data set that a method was called on; NULL: no memory. */
struct wd_relation *
wd_guest_over(struct wd_abi_call *call, enum wd_relation_kind kind,
              uint32_t self);

/* Parses one expression, which has no name. */
enum wd_status
wd_guest_parse(struct wd_text text, struct wd_arena *arena,
               const struct wd_syntax **out_syntax, struct wd_error *error);

/* Parses a list of expressions, each with an optional name. */
enum wd_status
wd_guest_expressions(const struct wd_abi_list_string *texts,
                     struct wd_arena *arena,
                     const struct wd_named_syntax **out_expressions,
                     struct wd_error *error);

#endif
