#include "bad_storage.h"

extern "C" __attribute__((visibility("default"))) const int larder_extra;
extern "C" const int larder_extra = 1;
BAD_PLUGIN((void)d);
