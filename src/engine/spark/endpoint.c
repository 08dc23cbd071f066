#include "engine/spark/endpoint.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SCHEME "sc://"

/* At most so many names that are not ours. */
#define HEADERS_MAX 32

struct parser {
  struct wd_arena *arena;
  struct wd_error *error;
  struct wd_sc_endpoint *endpoint;
  const char **headers;
  bool ssl_said;
};

static enum wd_status
fail(const struct parser *parser, const char *what)
{
  return wd_fail(parser->error, WD_INVALID_ARGUMENT,
                 "the address of Spark Connect %s; write "
                 "sc://HOST[:PORT][/;use_ssl=true;token=…;user_id=…]",
                 what);
}

static int
hex_digit(char c)
{
  return isdigit((unsigned char)c)    ? c - '0'
         : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10
                                      : -1;
}

/* A copy with percent signs decoded; NULL when it is wrong, or holds control
 * characters, which must not reach a header. */
static char *
decode(const struct parser *parser, const char *text, size_t length)
{
  char *plain = wd_arena_alloc(parser->arena, length + 1);
  size_t used = 0;

  for (size_t i = 0; plain && i < length; i++) {
    char c = text[i];

    if (c == '%') {
      int high = i + 2 < length ? hex_digit(text[i + 1]) : -1;
      int low = i + 2 < length ? hex_digit(text[i + 2]) : -1;

      if (high < 0 || low < 0)
        return NULL;
      c = (char)(high << 4 | low);
      i += 2;
    }
    if ((unsigned char)c < ' ' || (unsigned char)c == 0x7f)
      return NULL;
    plain[used++] = c;
  }
  return plain;
}

static bool
is_header_name(const char *name)
{
  return *name &&
         strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-") ==
             strlen(name) &&
         strncmp(name, "grpc-", 5) != 0;
}

static enum wd_status
add_header(struct parser *parser, const char *name, const char *value)
{
  struct wd_sc_endpoint *endpoint = parser->endpoint;

  if (!is_header_name(name))
    return wd_fail(parser->error, WD_INVALID_ARGUMENT,
                   "the address of Spark Connect: '%s' is no name of metadata "
                   "(small letters, digits, - _ .)",
                   name);
  if (endpoint->header_count == HEADERS_MAX)
    return fail(parser, "has too many names");
  parser->headers[endpoint->header_count] =
      wd_arena_printf(parser->arena, "%s: %s", name, value);
  if (!parser->headers[endpoint->header_count++])
    return wd_fail_memory(parser->error);
  return WD_OK;
}

static enum wd_status
set_ssl(struct parser *parser, const char *value)
{
  parser->ssl_said = true;
  parser->endpoint->tls = strcasecmp(value, "true") == 0;
  if (parser->endpoint->tls || strcasecmp(value, "false") == 0)
    return WD_OK;
  return fail(parser, "has a use_ssl that is neither true nor false");
}

static enum wd_status
take_pair(struct parser *parser, const char *text, size_t length)
{
  const char *equals = memchr(text, '=', length);
  const char *name, *value;
  size_t name_length;

  if (length == 0)
    return WD_OK;
  if (!equals)
    return fail(parser, "has a name without a value");
  name_length = (size_t)(equals - text);
  name = decode(parser, text, name_length);
  value = decode(parser, equals + 1, length - name_length - 1);
  if (!name || !value || !*value)
    return fail(parser, "has a name or value that cannot be read (an empty "
                        "one, a wrong percent sign, a control character)");
  if (strcmp(name, "use_ssl") == 0)
    return set_ssl(parser, value);
  if (strcmp(name, "token") == 0)
    parser->endpoint->token = value;
  else if (strcmp(name, "user_id") == 0)
    parser->endpoint->user = value;
  else if (strcmp(name, "user_agent") == 0)
    parser->endpoint->agent = value;
  else if (strcmp(name, "session_id") == 0)
    parser->endpoint->session = value;
  else
    return add_header(parser, name, value);
  return WD_OK;
}

static enum wd_status
take_port(struct parser *parser, const char *text, size_t length)
{
  uint32_t port = 0;

  for (size_t i = 0; i < length; i++) {
    if (!isdigit((unsigned char)text[i]) || port > 65535)
      return fail(parser, "has a port that is no number");
    port = port * 10 + (uint32_t)(text[i] - '0');
  }
  if (port == 0 || port > 65535)
    return fail(parser, "has a port that is not between 1 and 65535");
  parser->endpoint->port = port;
  return WD_OK;
}

/* HOST, HOST:PORT, [IPV6], [IPV6]:PORT */
static enum wd_status
take_host(struct parser *parser, const char *text, size_t length)
{
  const char *end = text + length;
  const char *colon;
  char *host;

  if (length && *text == '[') {
    const char *close = memchr(text, ']', length);

    if (!close)
      return fail(parser, "lacks a ]");
    host =
        wd_arena_strndup(parser->arena, text + 1, (size_t)(close - text - 1));
    colon = close + 1;
    if (colon != end && *colon != ':')
      return fail(parser, "has something behind its ]");
  } else {
    colon = memchr(text, ':', length);
    if (!colon)
      colon = end;
    host = wd_arena_strndup(parser->arena, text, (size_t)(colon - text));
  }
  if (!host)
    return wd_fail_memory(parser->error);
  parser->endpoint->host = host;
  if (!*host || strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
                             "WXYZ0123456789.-_:") != strlen(host))
    return fail(parser, "has no host, or one that cannot be a name");
  return colon == end ? WD_OK
                      : take_port(parser, colon + 1, (size_t)(end - colon - 1));
}

static bool
is_here(const char *host)
{
  return strcasecmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 ||
         strcmp(host, "::1") == 0;
}

static void
set_defaults(struct parser *parser)
{
  const char *token = getenv("SPARK_CONNECT_AUTHENTICATE_TOKEN");
  struct wd_sc_endpoint *endpoint = parser->endpoint;

  if (!endpoint->token && token && *token)
    endpoint->token = wd_arena_strdup(parser->arena, token);
  if (endpoint->token && !parser->ssl_said && !is_here(endpoint->host))
    endpoint->tls = true;
  endpoint->headers = parser->headers;
}

enum wd_status
wd_sc_endpoint_parse(const char *text, struct wd_arena *arena,
                     struct wd_sc_endpoint *out_endpoint,
                     struct wd_error *error)
{
  struct parser parser = {arena, error, out_endpoint, NULL, false};
  const char *user = getenv("USER");
  const char *rest;
  enum wd_status status;

  *out_endpoint = (struct wd_sc_endpoint){
      .port = WD_SC_PORT,
      .user = user && *user ? user : "wasi-data",
      .agent = "wasi-data/" WD_VERSION " (libcurl)",
  };
  parser.headers = wd_arena_array(arena, HEADERS_MAX, sizeof *parser.headers);
  if (!parser.headers)
    return wd_fail_memory(error);
  if (strncmp(text, SCHEME, strlen(SCHEME)) != 0)
    return fail(&parser, "does not begin with sc://");
  text += strlen(SCHEME);
  rest = text + strcspn(text, "/;");
  status = take_host(&parser, text, (size_t)(rest - text));
  if (*rest == '/')
    rest++;
  if (status == WD_OK && *rest && *rest != ';')
    return fail(&parser, "has a path; parameters begin with ;");
  while (status == WD_OK && *rest) {
    size_t length;

    rest += *rest == ';';
    length = strcspn(rest, ";");
    status = take_pair(&parser, rest, length);
    rest += length;
  }
  if (status == WD_OK)
    set_defaults(&parser);
  return status;
}
