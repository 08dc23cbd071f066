#include <string.h>

#include "abi/function.h"

#define OURS WD_ABI_PACKAGE "/"
#define STANDARD "cm32p2|"
#define POST "cabi_post_"

/* What stands between `wasi:data/` and the end of a module's name. */
struct module_name {
  const char *interface;
  size_t interface_length;
  const char *version; /* NULL: none */
  size_t version_length;
};

static bool
starts_with(const char *text, const char *start)
{
  return strncmp(text, start, strlen(start)) == 0;
}

/* Splits `length` characters that begin with OURS. */
static struct module_name
split(const char *module, size_t length)
{
  struct module_name name = {.interface = module + strlen(OURS)};
  const char *end = module + length;
  const char *at = memchr(name.interface, '@', (size_t)(end - name.interface));

  name.interface_length = (size_t)((at ? at : end) - name.interface);
  if (at) {
    name.version = at + 1;
    name.version_length = (size_t)(end - name.version);
  }
  return name;
}

/* The part of our version that another one must share: `0.1.`. */
static size_t
compatible_length(void)
{
  return (size_t)(strrchr(WD_ABI_VERSION, '.') + 1 - WD_ABI_VERSION);
}

static bool
version_matches(const struct module_name *name)
{
  size_t fixed = compatible_length();
  size_t digits = 0;

  if (name->version_length <= fixed ||
      strncmp(name->version, WD_ABI_VERSION, fixed) != 0)
    return false;
  while (fixed + digits < name->version_length &&
         name->version[fixed + digits] >= '0' &&
         name->version[fixed + digits] <= '9')
    digits++;
  return digits > 0 && (fixed + digits == name->version_length ||
                        name->version[fixed + digits] == '+');
}

static bool
has_interface(const struct wd_abi_function *function,
              const struct module_name *name)
{
  return strlen(function->interface) == name->interface_length &&
         strncmp(function->interface, name->interface,
                 name->interface_length) == 0;
}

bool
wd_abi_is_ours(const char *module)
{
  if (starts_with(module, STANDARD))
    module += strlen(STANDARD);
  return starts_with(module, OURS);
}

static enum wd_status
fail_unknown(const char *module, const char *name, bool interface_known,
             struct wd_error *error)
{
  if (interface_known)
    return wd_fail(error, WD_BAD_MODULE,
                   "it imports '%s' of %s, which has no such function: this "
                   "host knows version %s",
                   name, module, WD_ABI_VERSION);
  return wd_fail(error, WD_BAD_MODULE,
                 "it imports '%s' of %s, which is no interface that version "
                 "%s of %s offers to programs",
                 name, module, WD_ABI_VERSION, WD_ABI_PACKAGE);
}

enum wd_status
wd_abi_find_import(const char *module, const char *name,
                   const struct wd_abi_function **out_function,
                   struct wd_error *error)
{
  struct module_name parts;
  bool interface_known = false;

  if (starts_with(module, STANDARD))
    return wd_fail(error, WD_BAD_MODULE,
                   "it imports '%s' of %s: names in the form '" STANDARD
                   "' are not known, build it with a wit-bindgen that writes "
                   "%s/…@%s",
                   name, module, WD_ABI_PACKAGE, WD_ABI_VERSION);
  if (!starts_with(module, OURS))
    return wd_fail(error, WD_BAD_MODULE, "it imports '%s' of %s, not of %s",
                   name, module, WD_ABI_PACKAGE);
  parts = split(module, strlen(module));
  if (!version_matches(&parts))
    return wd_fail(error, WD_BAD_MODULE,
                   "it imports '%s' of %s: this host knows version %s", name,
                   module, WD_ABI_VERSION);
  for (size_t i = 0; i < WD_ABI_IMPORT_COUNT; i++) {
    if (!has_interface(&wd_abi_imports[i], &parts))
      continue;
    interface_known = true;
    if (strcmp(wd_abi_imports[i].name, name) == 0) {
      *out_function = &wd_abi_imports[i];
      return WD_OK;
    }
  }
  return fail_unknown(module, name, interface_known, error);
}

const struct wd_abi_function *
wd_abi_find_export(const char *name)
{
  const char *hash = strchr(name, '#');
  struct module_name parts;

  if (!hash || !starts_with(name, OURS))
    return NULL;
  parts = split(name, (size_t)(hash - name));
  if (!version_matches(&parts))
    return NULL;
  for (size_t i = 0; i < WD_ABI_EXPORT_COUNT; i++)
    if (has_interface(&wd_abi_exports[i], &parts) &&
        strcmp(wd_abi_exports[i].name, hash + 1) == 0)
      return &wd_abi_exports[i];
  return NULL;
}

bool
wd_abi_is_odd_export(const char *name)
{
  if (starts_with(name, STANDARD))
    return wd_abi_is_ours(name);
  if (starts_with(name, POST))
    name += strlen(POST);
  return starts_with(name, OURS) && !wd_abi_find_export(name);
}
