#include "bad_storage.h"

BAD_PLUGIN((void)d);
