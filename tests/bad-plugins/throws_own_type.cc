#include "bad_storage.h"

namespace {
struct Own {};  // known to nobody else
larder::sdk::Result<std::unique_ptr<larder::sdk::Storage>> throwing(larder::sdk::Context&,
                                                                    larder::sdk::Host&,
                                                                    const larder::sdk::Settings&) {
  throw Own{};
}
}  // namespace
BAD_PLUGIN(d.create = &throwing);
