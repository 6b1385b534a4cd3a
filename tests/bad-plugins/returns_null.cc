#include "bad_storage.h"

static larder::sdk::Result<std::unique_ptr<larder::sdk::Storage>> null(
    larder::sdk::Context&, larder::sdk::Host&, const larder::sdk::Settings&) {
  return std::unique_ptr<larder::sdk::Storage>();
}
BAD_PLUGIN(d.create = &null);
