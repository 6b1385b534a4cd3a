#include "bad_storage.h"

static larder::sdk::Result<std::unique_ptr<larder::sdk::Storage>> throwing(
    larder::sdk::Context&, larder::sdk::Host&, const larder::sdk::Settings&) {
  throw std::runtime_error("thrown in create");
}
BAD_PLUGIN(d.create = &throwing);
