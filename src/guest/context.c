/* Handlers of `context`, in main. */

#include "guest/internal.h"

static enum wd_status
on_fail(struct wd_abi_call *call, const struct wd_abi_context_fail_args *args,
        struct wd_error *error)
{
  char message[900];

  call->trap = true;
  wd_text_clean(message, sizeof message, args->message.data,
                args->message.length);
  return wd_fail_at(error, WD_ORIGIN_GUEST, WD_LAMBDA_FAILED, "%s", message);
}

static enum wd_status
on_log(struct wd_abi_call *call, const struct wd_abi_context_log_args *args,
       struct wd_error *error)
{
  const struct wd_program_options *options = &wd_program_of(call)->options;

  (void)error;
  if (options->print)
    wd_log_line(options->print, options->env, args->message.data,
                args->message.length);
  return WD_OK;
}

/* Counters belong to jobs; main has none. */
static enum wd_status
on_count(struct wd_abi_call *call, const struct wd_abi_context_count_args *args,
         struct wd_error *error)
{
  (void)call;
  (void)args;
  (void)error;
  return WD_OK;
}

static enum wd_status
on_job_id(struct wd_abi_call *call, uint64_t *out, struct wd_error *error)
{
  (void)call;
  (void)error;
  *out = 0;
  return WD_OK;
}

static enum wd_status
on_zero(struct wd_abi_call *call, uint32_t *out, struct wd_error *error)
{
  (void)call;
  (void)error;
  *out = 0;
  return WD_OK;
}

void
wd_guest_context(struct wd_abi_handlers *handlers)
{
  handlers->context_fail = on_fail;
  handlers->context_log = on_log;
  handlers->context_count = on_count;
  handlers->context_job_id = on_job_id;
  handlers->context_partition = on_zero;
  handlers->context_partitions = on_zero;
  handlers->context_attempt = on_zero;
}
