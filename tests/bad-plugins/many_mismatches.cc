#include "bad_storage.h"

BAD_PLUGIN((d.header.sdkMajor = 9, d.header.toolchain = "odd", d.header.name = "worse"));
