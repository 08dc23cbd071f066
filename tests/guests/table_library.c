/* A module of table functions, for programs in other languages. */
#include "script_tables.h"

int
main(void)
{
  return !(script_register_table("words", "words") &&
           script_register_table("numbers", "numbers") &&
           script_register_table("first", "first_rows") &&
           script_register_table("repeat", "repeated"));
}
