#include "bad_storage.h"

BAD_PLUGIN(d.header.toolchain = "itanium;libstdc++-99;cxx11=1;stldebug=1;ptr=8");
