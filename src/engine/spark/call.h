/* What channels and calls share. */
#ifndef WD_ENGINE_SPARK_CALL_H
#define WD_ENGINE_SPARK_CALL_H

#include <curl/curl.h>

#include "engine/spark/channel.h"

struct wd_sc_channel {
  struct wd_mem *mem;
  const struct wd_sc_endpoint *endpoint;
  const atomic_bool *cancelled;
  CURLM *multi;
  struct curl_slist *headers;
  bool warm; /* a connection was made: see call.c */
};

#endif
