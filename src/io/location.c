#include "io/location.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "io/show.h"

/* Length of the scheme of `scheme://…`, 0 when there is none (RFC 3986). */
static size_t
scheme_length(const char *location)
{
  size_t n = 0;

  if (!isalpha((unsigned char)location[0]))
    return 0;
  while (isalnum((unsigned char)location[n]) || strchr("+-.", location[n])) {
    if (location[n] == '\0')
      return 0;
    n++;
  }
  return strncmp(location + n, "://", 3) == 0 ? n : 0;
}

bool
wd_location_is_jdbc(const char *location)
{
  return strncasecmp(location, "jdbc:", 5) == 0;
}

bool
wd_location_is_remote(const char *location)
{
  static const char *const schemes[] = {"s3a", "hdfs", "abfss", "gs", "viewfs"};
  size_t length = scheme_length(location);

  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
    if (length == strlen(schemes[i]) &&
        strncasecmp(location, schemes[i], length) == 0)
      return true;
  return wd_location_is_jdbc(location);
}

/* abfss://CONTAINER@ACCOUNT… is no secret. */
static bool
has_user(const char *location)
{
  const char *host = strstr(location, "://");
  size_t length = host ? strcspn(host + 3, "/?#") : 0;

  return length && strncasecmp(location, "abfss", 5) != 0 &&
         memchr(host + 3, '@', length);
}

enum wd_status
wd_location_check_remote(const char *location, struct wd_error *error)
{
  if (!has_user(location) && !strcasestr(location, "password=") &&
      !strcasestr(location, "user="))
    return WD_OK;
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "the URL holds a user or a password, which others would see: "
                 "give them in the environment, with the option "
                 "credentials=env");
}

static int
digit_value(char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
wd_percents_decode(char *text)
{
  char *to = text;

  for (; *text; text++, to++) {
    int high, low;

    *to = *text;
    if (*text != '%')
      continue;
    high = digit_value(text[1]);
    low = high < 0 ? -1 : digit_value(text[2]);
    if (low < 0 || (high == 0 && low == 0))
      return false;
    *to = (char)(high << 4 | low);
    text += 2;
  }
  *to = '\0';
  return true;
}

static enum wd_status
file_path(const char *location, const char *rest, struct wd_arena *arena,
          const char **out_path, struct wd_error *error)
{
  struct wd_shown shown;
  char *path;

  if (strncasecmp(rest, "localhost/", 10) == 0)
    rest += 9;
  if (*rest != '/')
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "'%s' names a host: write file:///PATH, or the plain path",
                   wd_show(&shown, location));
  path = wd_arena_strdup(arena, rest);
  if (!path)
    return wd_fail_memory(error);
  if (!wd_percents_decode(path))
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "'%s': a %% is followed by the two digits of a byte that "
                   "is not zero; %%25 is the sign itself",
                   wd_show(&shown, location));
  *out_path = path;
  return WD_OK;
}

enum wd_status
wd_location_path(const char *location, struct wd_arena *arena,
                 const char **out_path, struct wd_error *error)
{
  size_t scheme = scheme_length(location);
  struct wd_shown shown;

  if (*location == '\0')
    return wd_fail(error, WD_INVALID_ARGUMENT, "the location is empty");
  if (strcmp(location, "-") == 0)
    return wd_fail(error, WD_UNSUPPORTED,
                   "standard input and output cannot be granted in this "
                   "version: give the path of a file (./- for one named -)");
  if (scheme == 4 && strncasecmp(location, "file", 4) == 0)
    return file_path(location, location + 7, arena, out_path, error);
  if (scheme)
    return wd_fail(error, WD_UNSUPPORTED,
                   "'%s': only files of this machine can be granted in this "
                   "version, not %.*s://",
                   wd_show(&shown, location), scheme > 32 ? 32 : (int)scheme,
                   location);
  *out_path = wd_arena_strdup(arena, location);
  return *out_path ? WD_OK : wd_fail_memory(error);
}
