#include "bad_storage.h"

static void throwing(const larder::sdk::Settings&, larder::sdk::SettingProblems&) {
  throw std::runtime_error("thrown in check");
}
BAD_PLUGIN(d.check = &throwing);
