#include "bad_storage.h"

static larder::sdk::Result<std::unique_ptr<larder::sdk::Storage>> late(
    larder::sdk::Context& ctx, larder::sdk::Host& host, const larder::sdk::Settings& settings) {
  bad::passDeadline(ctx);
  return bad::create(ctx, host, settings);
}
BAD_PLUGIN(d.create = &late);
