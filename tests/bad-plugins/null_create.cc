#include "bad_storage.h"

BAD_PLUGIN(d.create = nullptr);
