#include "bad_storage.h"

BAD_PLUGIN(d.header.headerSize = 40);
