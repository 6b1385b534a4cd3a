#include "bad_storage.h"

BAD_PLUGIN(d.header.magic[0] = 'X');
