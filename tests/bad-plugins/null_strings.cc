#include "bad_storage.h"

BAD_PLUGIN((d.header.toolchain = nullptr, d.header.version = nullptr, d.header.summary = nullptr));
