#include "bad_storage.h"

BAD_PLUGIN(d.header.kind = "cache");
