#include "bad_storage.h"

BAD_PLUGIN(d.settingCount = 3);
