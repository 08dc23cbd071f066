/* Verbs and options: what parsing, help and completion read. */
#include <string.h>

#include "cli/options.h"

#define BIT(verb) (1u << WD_CLI_##verb)
#define PROGRAMS (BIT(RUN) | BIT(EXPLAIN) | BIT(EXTRACT))
#define RUNNING (PROGRAMS | BIT(QUERY))
#define CODE (RUNNING | BIT(INSPECT) | BIT(COMPILE))
#define ALL ((1u << WD_CLI_VERB_COUNT) - 1)

const struct wd_cli_verb_info wd_cli_verbs[WD_CLI_VERB_COUNT] = {
    [WD_CLI_RUN] =
        {"run", "[OPTIONS] PROG [ARGS]", "Run a program",
         "Runs PROG, a program compiled to WebAssembly. It sees the tables,\n"
         "sinks, folders and variables that it is granted here, and no "
         "others.\n"
         "All that follows PROG is the program's own. `run` may be left out.\n"
         "Exit codes: the program's own; 124 limit or time, 125 error of\n"
         "wasi-data, 126 PROG cannot run, 127 PROG not found, 130 "
         "interrupted,\n"
         "134 trap.\n",
         WD_CLI_PROGRAM, NULL},
    [WD_CLI_EXPLAIN] =
        {"explain", "[OPTIONS] PROG [ARGS] | --plan FILE",
         "Show the plan of a program's job",
         "Runs the main function of PROG up to its first action (or the one\n"
         "that --job tells), prints the plan of that action and ends. What "
         "the\n"
         "program prints is dropped, its folders can only be read. With\n"
         "--plan the plan is that of a file in Substrait's form.\n",
         WD_CLI_PROGRAM, NULL},
    [WD_CLI_INSPECT] =
        {"inspect", "[OPTIONS] FILE", "Tell what a module has and lacks",
         "Tells imports, exports, memory and mutable globals of FILE, what is\n"
         "missing or odd, and why it can or cannot run. It is compiled, but\n"
         "nothing of it runs. Exit code 126 when it cannot run.\n",
         WD_CLI_FILE, NULL},
    [WD_CLI_COMPILE] =
        {"compile", "[OPTIONS] FILE", "Compile a program ahead of time",
         "Puts the compiled code of FILE into the cache and prints where it\n"
         "is. With --interruptible or --backtrace-details, the code that runs\n"
         "with these options.\n",
         WD_CLI_FILE, NULL},
    [WD_CLI_CACHE] =
        {"cache", "[OPTIONS] [path|size|clear]", "Look after compiled code",
         "path (the default) prints the folder, size what is in it, and clear\n"
         "removes that.\n",
         WD_CLI_OPTIONAL, "path size clear"},
    [WD_CLI_QUERY] =
        {"query", "[OPTIONS] [SQL] | -f FILE | --plan FILE",
         "Run SQL, or a Substrait plan",
         "Runs the statements of a text, of a file, or of standard input, and\n"
         "shows the rows of its queries; on a terminal, and with neither, it\n"
         "is a prompt. With --plan it is the plan of a file, which any\n"
         "producer of Substrait made. Both see the tables and functions that\n"
         "are granted here, and no others (docs/sql.md). Exit codes: 124 "
         "limit\n"
         "or time, 125 error of wasi-data, also SQL that fails, 127 FILE not\n"
         "found, 130 interrupted.\n",
         WD_CLI_OPTIONAL, NULL},
    [WD_CLI_EXTRACT] =
        {"extract", "[OPTIONS] PROG [ARGS]",
         "Write a program's lambdas as modules",
         "Runs the main function of PROG up to its first action (or the one\n"
         "that --job tells), writes each lambda of that action's plan as a\n"
         "module of its own, and prints where. A module holds the code and\n"
         "what the lambda captured; --function calls it by a name.\n",
         WD_CLI_PROGRAM, NULL},
    [WD_CLI_SPARK] = {"spark", "[OPTIONS] start|stop|status",
                      "Run a Spark cluster on this machine",
                      "start runs a master, workers and a server of Spark "
                      "Connect that has\n"
                      "wasi-data's jar, and prints the address for --engine. "
                      "Spark is the one\n"
                      "of SPARK_HOME, or is fetched from PyPI. stop ends all "
                      "of it; status\n"
                      "tells what runs, with exit code 1 when not all of it "
                      "does.\n",
                      WD_CLI_WORD, "start stop status"},
    [WD_CLI_COMPLETION] = {"completion", "bash|zsh|fish",
                           "Print completions for a shell",
                           "bash: source <(wasi-data completion bash)\n"
                           "zsh:  source <(wasi-data completion zsh)\n"
                           "fish: wasi-data completion fish | source\n",
                           WD_CLI_WORD, "bash zsh fish"},
    [WD_CLI_HELP] = {"help", "[VERB]", "Explain a verb and its options", NULL,
                     WD_CLI_OPTIONAL,
                     "run explain inspect compile cache query extract spark "
                     "completion help version"},
    [WD_CLI_VERSION] = {"version", "", "Print the version", NULL,
                        WD_CLI_NOTHING, NULL},
};

const struct wd_cli_option wd_cli_options[] = {
    {"table", "NAME=LOCATION[,…]", RUNNING, WD_CLI_OPT_TABLE, NULL,
     "Grant a table: a file, a folder or a glob.\n"
     "Options follow: format=csv, header=true, …"},
    {"sink", "NAME=LOCATION[,…]", PROGRAMS, WD_CLI_OPT_SINK, NULL,
     "Grant a sink: a file that may be written."},
    {"function", "NAME=FILE[#EXPORT]", RUNNING, WD_CLI_OPT_FUNCTION, NULL,
     "Grant a function of another module, by a name\n"
     "for expressions."},
    {"env", "NAME[=VALUE]", PROGRAMS, WD_CLI_OPT_ENV, NULL,
     "Grant a variable; without VALUE the one of\n"
     "this process."},
    {"dir", "HOST[::GUEST][,ro]", PROGRAMS, WD_CLI_OPT_DIR, NULL,
     "Grant main a folder, under the name GUEST;\n"
     "ro: to be read only."},
    {"threads", "N", RUNNING, WD_CLI_OPT_THREADS, NULL,
     "Threads of the engine. Default: as many as\n"
     "processors."},
    {"memory-limit", "SIZE", RUNNING, WD_CLI_OPT_MEMORY_LIMIT, NULL,
     "The most memory of main, and of each worker:\n"
     "256MiB, 1GB, 64k. Default: none."},
    {"engine-memory", "SIZE", RUNNING, WD_CLI_OPT_ENGINE_MEMORY, NULL,
     "The most memory of the engine, which then\n"
     "writes to disk. Default: its own."},
    {"timeout", "TIME", RUNNING, WD_CLI_OPT_TIMEOUT, NULL,
     "End after that time with code 124: 500ms, 3s,\n"
     "2m, 1h."},
    {"format", "FORMAT", BIT(RUN) | BIT(QUERY), WD_CLI_OPT_FORMAT,
     "box csv json jsonl markdown arrow",
     "How rows are shown: box (the default), csv,\n"
     "json, jsonl, markdown, arrow."},
    {"explain", NULL, BIT(QUERY), WD_CLI_OPT_EXPLAIN, NULL,
     "Show the plans of queries instead of rows; then\n"
     "--format is text, json, dot, mermaid, html,\n"
     "sql or substrait."},
    {"file", "FILE", BIT(QUERY), WD_CLI_OPT_FILE, NULL,
     "Statements of SQL (also -f)."},
    {"format", "FORMAT", BIT(EXPLAIN), WD_CLI_OPT_FORMAT,
     "text json dot mermaid html sql substrait",
     "text (the default), json, dot for Graphviz,\n"
     "mermaid, html: a page with the picture, the sql\n"
     "that the engine runs, or substrait: the plan as\n"
     "query --plan runs it, with the program's code\n"
     "and memory where it has lambdas."},
    {"format", "FORMAT", BIT(INSPECT), WD_CLI_OPT_FORMAT, "text json",
     "text (the default) or json."},
    {"plan", "FILE", BIT(QUERY) | BIT(EXPLAIN), WD_CLI_OPT_PLAN, NULL,
     "A Substrait plan, in protobuf or JSON."},
    {"job", "N", BIT(EXPLAIN), WD_CLI_OPT_JOB, NULL,
     "Explain the N-th action; those before it run.\n"
     "Default: 1."},
    {"job", "N", BIT(EXTRACT), WD_CLI_OPT_JOB, NULL,
     "Extract from the N-th action; those before it\n"
     "run. Default: 1."},
    {"output", "DIR", BIT(EXTRACT), WD_CLI_OPT_OUTPUT, NULL,
     "The folder of the modules (also -o). Default:\n"
     "this one."},
    {"output", "FILE[,…]", BIT(QUERY), WD_CLI_OPT_OUTPUT, NULL,
     "Write the rows of the one query to a file (also\n"
     "-o), which is replaced when all are there.\n"
     "Options follow, as those of a sink."},
    {"engine", "ENGINE", RUNNING, WD_CLI_OPT_ENGINE, "duckdb",
     "duckdb (the default), or sc://HOST:PORT: Apache\n"
     "Spark, by Spark Connect (docs/spark.md)."},
    {"workers", "N", BIT(SPARK), WD_CLI_OPT_WORKERS, NULL,
     "Processes that run tasks. Default: 2."},
    {"worker-memory", "SIZE", BIT(SPARK), WD_CLI_OPT_WORKER_MEMORY, NULL,
     "The heap of each. Default: 1GiB."},
    {"port", "N", BIT(SPARK), WD_CLI_OPT_PORT, NULL,
     "Of Spark Connect. Default: 15002."},
    {"conf", "NAME=VALUE", BIT(SPARK), WD_CLI_OPT_CONF, NULL,
     "A setting of Spark's, for the server."},
    {"jar", "FILE", BIT(SPARK), WD_CLI_OPT_JAR, NULL,
     "wasi-data's jar. Default: the one that came\n"
     "with this command."},
    {"progress", "HOW", RUNNING, WD_CLI_OPT_PROGRESS, "auto bar json none",
     "On stderr: auto (the default, a bar if that is\n"
     "a terminal), bar, json (a line each 100 ms),\n"
     "none."},
    {"interruptible", NULL, CODE, WD_CLI_OPT_INTERRUPTIBLE, NULL,
     "Code that can be stopped in any loop, and is\n"
     "slower."},
    {"backtrace-details", NULL, CODE, WD_CLI_OPT_BACKTRACE_DETAILS, NULL,
     "File and line in backtraces, where the program\n"
     "has debug information."},
    {"cache", "DIR|none", CODE | BIT(CACHE), WD_CLI_OPT_CACHE, NULL,
     "Folder of compiled code. Default:\n"
     "$WASI_DATA_CACHE, $XDG_CACHE_HOME/wasi-data,\n"
     "~/.cache/wasi-data."},
    {"quiet", NULL, ALL, WD_CLI_OPT_QUIET, NULL,
     "No progress and no remarks, only errors."},
    {"help", NULL, ALL, WD_CLI_OPT_HELP, NULL, "Print this help (also -h)."},
    {"version", NULL, ALL, WD_CLI_OPT_VERSION, NULL, "Print the version."},
};

const size_t wd_cli_option_count =
    sizeof wd_cli_options / sizeof wd_cli_options[0];

enum wd_cli_verb
wd_cli_verb_find(const char *name)
{
  int verb = 0;

  while (verb < WD_CLI_VERB_COUNT && strcmp(wd_cli_verbs[verb].name, name) != 0)
    verb++;
  return (enum wd_cli_verb)verb;
}

bool
wd_cli_has_word(const char *words, const char *word)
{
  size_t length = strlen(word);

  while (*words) {
    size_t next = strcspn(words, " ");

    if (next == length && strncmp(words, word, length) == 0)
      return true;
    words += next;
    words += *words == ' ';
  }
  return false;
}
