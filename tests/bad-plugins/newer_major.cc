#include "bad_storage.h"

BAD_PLUGIN(d.header.sdkMajor = LARDER_SDK_MAJOR + 1);
