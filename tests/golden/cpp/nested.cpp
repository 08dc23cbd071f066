// Nested values are read and written with C's functions, in C++ as there.
#include <wasidata.hpp>

#include "../c/nested.c"
