#include "bad_storage.h"

BAD_PLUGIN(d.header.sdkMinor = LARDER_SDK_MINOR + 1);
