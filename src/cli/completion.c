/* Completions for shells, from the tables of verbs and options. */
#include <string.h>

#include "cli/verbs.h"

#define SCRIPT_MAX (1u << 20)

/* The names of all verbs, separated by blanks. */
static void
add_verbs(struct wd_buf *buf)
{
  for (int i = 0; i < WD_CLI_VERB_COUNT; i++)
    wd_buf_printf(buf, "%s%s", i ? " " : "", wd_cli_verbs[i].name);
}

/* The options of a verb, separated by blanks. */
static void
add_options(struct wd_buf *buf, int verb)
{
  const char *gap = "";

  for (size_t i = 0; i < wd_cli_option_count; i++)
    if (wd_cli_options[i].verbs & (1u << verb)) {
      wd_buf_printf(buf, "%s--%s", gap, wd_cli_options[i].name);
      gap = " ";
    }
}

/* Options whose value is one of some words, as the cases of a shell. */
static void
add_word_cases(struct wd_buf *buf)
{
  for (size_t i = 0; i < wd_cli_option_count; i++) {
    const struct wd_cli_option *option = &wd_cli_options[i];

    for (int verb = 0; option->words && verb < WD_CLI_VERB_COUNT; verb++)
      if (option->verbs & (1u << verb))
        wd_buf_printf(buf, "    %s:--%s) words='%s' ;;\n",
                      wd_cli_verbs[verb].name, option->name, option->words);
  }
}

static void
add_verb_cases(struct wd_buf *buf)
{
  for (int verb = 0; verb < WD_CLI_VERB_COUNT; verb++) {
    const char *words = wd_cli_verbs[verb].words;

    wd_buf_printf(buf, "    %s) options='", wd_cli_verbs[verb].name);
    add_options(buf, verb);
    wd_buf_printf(buf, "'; words='%s' ;;\n", words ? words : "");
  }
}

/* The function that bash calls; zsh runs it by its bashcompinit. */
static void
bash(struct wd_buf *buf)
{
  wd_buf_puts(buf, "_wasi_data() {\n"
                   "  local current=\"${COMP_WORDS[COMP_CWORD]}\" verb= word\n"
                   "  local previous=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
                   "  local options= words= verbs='");
  add_verbs(buf);
  wd_buf_puts(buf, "'\n"
                   "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                   "    case \" $verbs \" in\n"
                   "      *\" $word \"*) verb=\"$word\"; break ;;\n"
                   "    esac\n"
                   "  done\n"
                   "  case \"${verb:-run}:$previous\" in\n");
  add_word_cases(buf);
  wd_buf_puts(buf, "  esac\n"
                   "  if [ -n \"$words\" ]; then\n"
                   "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                   "    return\n"
                   "  fi\n"
                   "  case \"${verb:-run}\" in\n");
  add_verb_cases(buf);
  wd_buf_puts(buf, "  esac\n"
                   "  [ -n \"$verb\" ] || words=\"$verbs\"\n"
                   "  case \"$current\" in\n"
                   "    -*) words=\"$options\" ;;\n"
                   "  esac\n"
                   "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                   "}\n"
                   "complete -o default -F _wasi_data wasi-data\n");
}

static void
zsh(struct wd_buf *buf)
{
  wd_buf_puts(buf, "autoload -Uz compinit bashcompinit\n"
                   "(( $+functions[compdef] )) || compinit\n"
                   "bashcompinit\n");
  bash(buf);
}

/* One line, in single quotes of fish. */
static void
add_fish_text(struct wd_buf *buf, const char *text)
{
  wd_buf_putc(buf, '\'');
  for (; *text; text++) {
    if (*text == '\'' || *text == '\\')
      wd_buf_putc(buf, '\\');
    wd_buf_putc(buf, *text == '\n' ? ' ' : *text);
  }
  wd_buf_putc(buf, '\'');
}

static void
fish_option(struct wd_buf *buf, const struct wd_cli_option *option, int verb)
{
  const char *name = wd_cli_verbs[verb].name;

  if (verb == WD_CLI_RUN)
    wd_buf_puts(buf, "complete -c wasi-data -n 'not "
                     "__fish_seen_subcommand_from $__wasi_data_others'");
  else
    wd_buf_printf(
        buf, "complete -c wasi-data -n '__fish_seen_subcommand_from %s'", name);
  wd_buf_printf(buf, " -l %s%s", option->name, option->value ? " -r" : "");
  if (option->words) {
    wd_buf_puts(buf, " -f -a ");
    add_fish_text(buf, option->words);
  }
  wd_buf_puts(buf, " -d ");
  add_fish_text(buf, option->help);
  wd_buf_putc(buf, '\n');
}

static void
fish(struct wd_buf *buf)
{
  wd_buf_puts(buf, "set -g __wasi_data_others");
  for (int verb = 1; verb < WD_CLI_VERB_COUNT; verb++)
    wd_buf_printf(buf, " %s", wd_cli_verbs[verb].name);
  wd_buf_putc(buf, '\n');
  for (int verb = 0; verb < WD_CLI_VERB_COUNT; verb++) {
    const struct wd_cli_verb_info *info = &wd_cli_verbs[verb];

    wd_buf_printf(buf,
                  "complete -c wasi-data -n __fish_use_subcommand -a %s -d ",
                  info->name);
    add_fish_text(buf, info->summary);
    wd_buf_putc(buf, '\n');
    for (size_t i = 0; i < wd_cli_option_count; i++)
      if (wd_cli_options[i].verbs & (1u << verb))
        fish_option(buf, &wd_cli_options[i], verb);
    if (info->words)
      wd_buf_printf(buf,
                    "complete -c wasi-data -n '__fish_seen_subcommand_from "
                    "%s' -f -a '%s'\n",
                    info->name, info->words);
  }
}

int
wd_cli_completion(const struct wd_cli_settings *settings)
{
  struct wd_buf buf;

  wd_buf_init(&buf, NULL, SCRIPT_MAX);
  if (strcmp(settings->operand, "bash") == 0)
    bash(&buf);
  else if (strcmp(settings->operand, "zsh") == 0)
    zsh(&buf);
  else
    fish(&buf);
  return wd_cli_print_buf(&buf);
}
