#include "core/plugin/guarded_source.h"

namespace larder::plugin {

sdk::Result<std::size_t> GuardedSource::read(std::span<std::byte> buffer) {
  auto got = read_.contain([&] { return inner_->read(buffer); });
  if (!got) return got;
  if (*got > buffer.size()) return read_.malformed("claims more bytes than the buffer holds");
  if (!left_) return got;
  if (*got > *left_) return read_.malformed("gave more bytes than it announced");
  if (*got == 0 && *left_ > 0) {
    return sdk::Error(sdk::Errc::Corrupt, "the object ends " + std::to_string(*left_) +
                                              " bytes before its announced end");
  }
  *left_ -= *got;
  return got;
}

}  // namespace larder::plugin
