#include "substrait/proto.h"
#include "substrait_tables.gen.h"
