/* Artifacts of any size arrive whole, in pieces that are checked; a server
 * that says otherwise is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "engine/spark/artifact.h"
#include "engine/spark/endpoint.h"

static struct {
  pid_t process;
  int input; /* it ends when this is closed */
  struct wd_arena arena;
  struct wd_sc_endpoint endpoint;
  struct wd_sc_session session;
} server;

static void
run_server(int input, int output)
{
  char path[4096];
  const char *source = getenv("WD_SOURCE");

  dup2(input, 0);
  dup2(output, 1);
  snprintf(path, sizeof path, "%s/tests/suite/artifact_server.py",
           source ? source : ".");
  execlp("python3", "python3", path, (char *)NULL);
  _exit(127);
}

static int
start_server(void **state)
{
  char address[64];
  unsigned port = 0;
  int in[2], out[2];
  FILE *file;

  (void)state;
  assert_int_equal(pipe(in), 0);
  assert_int_equal(pipe(out), 0);
  server.process = fork();
  if (server.process == 0) {
    close(in[1]);
    close(out[0]);
    run_server(in[0], out[1]);
  }
  close(in[0]);
  close(out[1]);
  server.input = in[1];
  file = fdopen(out[0], "r");
  assert_int_equal(fscanf(file, "%u", &port), 1);
  fclose(file);
  snprintf(address, sizeof address, "sc://127.0.0.1:%u", port);
  wd_arena_init(&server.arena, NULL, 0);
  assert_int_equal(
      wd_sc_endpoint_parse(address, &server.arena, &server.endpoint, NULL),
      WD_OK);
  return wd_sc_session_init(&server.session, NULL, &server.endpoint, NULL, NULL,
                            NULL) != WD_OK;
}

static int
stop_server(void **state)
{
  int code;

  (void)state;
  wd_sc_session_fini(&server.session);
  wd_arena_fini(&server.arena);
  close(server.input);
  return waitpid(server.process, &code, 0) != server.process;
}

static void
test_sizes(void **state)
{
  static const size_t sizes[] = {0, 1, 32768, 32769, 65536, 2u << 20};
  unsigned char *data = malloc(2u << 20);

  (void)state;
  for (size_t i = 0; i < 2u << 20; i++)
    data[i] = (unsigned char)(i * 2654435761u >> 13);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct wd_error error = {0};
    char name[16];

    snprintf(name, sizeof name, "%08lx", crc32(0, data, (uInt)sizes[i]));
    wd_sc_artifact_send(&server.session, name, data, sizes[i], &error);
    assert_string_equal(error.message, "");
    assert_int_equal(error.status, WD_OK);
  }
  free(data);
}

static void
test_damaged(void **state)
{
  struct wd_error error = {0};

  (void)state;
  assert_int_equal(
      wd_sc_artifact_send(&server.session, "00000000", "abc", 3, &error),
      WD_ENGINE_FAILED);
  assert_non_null(strstr(error.message, "arrived damaged"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sizes),
      cmocka_unit_test(test_damaged),
  };

  return cmocka_run_group_tests(tests, start_server, stop_server);
}
