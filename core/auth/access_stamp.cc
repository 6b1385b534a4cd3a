#include "core/auth/access_stamp.h"

#include <utility>

namespace larder::auth {

std::optional<Stamp> AccessStamp::now() const noexcept {
  if (version_ == nullptr) return Stamp{};
  const auto number = version_->versionNow();
  if (!number) return std::nullopt;
  return Stamp{.number = number, .text = {}};
}

sdk::Result<Stamp> AccessStamp::ask(sdk::Context& ctx) const {
  if (auto stamp = now()) return *std::move(stamp);
  LARDER_TRY_ASSIGN(std::string text, version_->version(ctx));
  return Stamp{.number = std::nullopt, .text = std::move(text)};
}

}  // namespace larder::auth
