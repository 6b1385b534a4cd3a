#include "bad_storage.h"

extern "C" void nobody_defines_this();
static void calling(const larder::sdk::Settings&, larder::sdk::SettingProblems&) {
  nobody_defines_this();
}
BAD_PLUGIN(d.check = &calling);
