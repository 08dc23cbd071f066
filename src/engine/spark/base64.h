/* Base64 as gRPC's binary metadata has it: padding may be missing. */
#ifndef WD_ENGINE_SPARK_BASE64_H
#define WD_ENGINE_SPARK_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* Decodes until the first other character or until there is no more room;
 * returns how many bytes there are. */
size_t
wd_sc_base64(const char *text, size_t length, uint8_t *out, size_t room);

#endif
