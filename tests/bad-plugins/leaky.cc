#include "bad_storage.h"

// Linked without the version script: inline functions and variables of the
// standard library leak out as weak and unique symbols.
BAD_PLUGIN((void)d);
