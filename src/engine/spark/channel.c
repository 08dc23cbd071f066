#include "engine/spark/channel.h"

#include <curl/curl.h>
#include <pthread.h>
#include <string.h>

#include "engine/spark/call.h"

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void
start_curl(void)
{
  curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool
add_header(struct wd_sc_channel *channel, const char *line)
{
  struct curl_slist *grown = curl_slist_append(channel->headers, line);

  if (grown)
    channel->headers = grown;
  return grown;
}

static bool
add_headers(struct wd_sc_channel *channel)
{
  /* What curl would send by itself, and servers of gRPC do not expect, is
   * named without a value. */
  static const char *const fixed[] = {"content-type: application/grpc+proto",
                                      "te: trailers", "accept:", "expect:"};
  const struct wd_sc_endpoint *endpoint = channel->endpoint;
  struct wd_buf line;
  bool good = true;

  for (size_t i = 0; good && i < sizeof fixed / sizeof *fixed; i++)
    good = add_header(channel, fixed[i]);
  for (uint32_t i = 0; good && i < endpoint->header_count; i++)
    good = add_header(channel, endpoint->headers[i]);
  if (!good || !endpoint->token)
    return good;
  wd_buf_init(&line, channel->mem, 1 << 16);
  wd_buf_printf(&line, "authorization: Bearer %s", endpoint->token);
  good = !line.failed && add_header(channel, wd_buf_text(&line));
  wd_buf_fini(&line);
  return good;
}

enum wd_status
wd_sc_channel_new(struct wd_mem *mem, const struct wd_sc_endpoint *endpoint,
                  const atomic_bool *cancelled,
                  struct wd_sc_channel **out_channel, struct wd_error *error)
{
  struct wd_sc_channel *channel = wd_mem_calloc(mem, 1, sizeof *channel);

  pthread_once(&curl_once, start_curl);
  if (!channel)
    return wd_fail_memory(error);
  channel->mem = mem;
  channel->endpoint = endpoint;
  channel->cancelled = cancelled;
  channel->multi = curl_multi_init();
  if (!channel->multi || !add_headers(channel)) {
    wd_sc_channel_free(channel);
    return wd_fail_memory(error);
  }
  *out_channel = channel;
  return WD_OK;
}

void
wd_sc_channel_free(struct wd_sc_channel *channel)
{
  if (!channel)
    return;
  curl_multi_cleanup(channel->multi);
  curl_slist_free_all(channel->headers);
  wd_mem_free(channel->mem, channel, sizeof *channel);
}

void
wd_sc_wake(struct wd_sc_channel *channel)
{
  curl_multi_wakeup(channel->multi);
}

bool
wd_sc_cancelled(const struct wd_sc_channel *channel)
{
  return channel->cancelled && atomic_load(channel->cancelled);
}

void
wd_sc_pause(struct wd_sc_channel *channel, int milliseconds)
{
  if (!wd_sc_cancelled(channel))
    curl_multi_poll(channel->multi, NULL, 0, milliseconds, NULL);
}
