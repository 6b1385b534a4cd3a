#include "tests/fakes/faulty_storage.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace larder::test {
namespace {

/// A body that stops early.
class BriefSource final : public sdk::Source {
 public:
  BriefSource(std::unique_ptr<sdk::Source> inner, std::uint64_t left,
              std::optional<sdk::Errc> error)
      : inner_(std::move(inner)), left_(left), error_(error) {}

  sdk::Result<std::size_t> read(std::span<std::byte> buffer) override {
    if (left_ == 0 && error_) return sdk::Error(*error_, "the body broke off as told");
    if (left_ == 0) return std::size_t{0};
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer.size()));
    LARDER_TRY_ASSIGN(const std::size_t got, inner_->read(buffer.first(n)));
    left_ = got == 0 ? 0 : left_ - got;
    return got;
  }

 private:
  std::unique_ptr<sdk::Source> inner_;
  std::uint64_t left_;
  std::optional<sdk::Errc> error_;
};

}  // namespace

sdk::Result<void> FaultyStorage::health(sdk::Context& ctx) {
  return withFault(faults_.take(Op::Health, {}), "health", [&] { return inner_.health(ctx); });
}

sdk::Result<sdk::ObjectInfo> FaultyStorage::stat(sdk::Context& ctx, std::string_view key) {
  return withFault(faults_.take(Op::Stat, key), "stat", [&] { return inner_.stat(ctx, key); });
}

sdk::Result<sdk::OpenObject> FaultyStorage::open(sdk::Context& ctx, std::string_view key,
                                                 sdk::ByteRange range) {
  Fault fault = faults_.take(Op::Open, key);
  const std::optional<sdk::Errc> error = fault.error;
  if (fault.truncate) fault.error.reset();
  auto opened = withFault(fault, "open", [&] { return inner_.open(ctx, key, range); });
  if (opened && fault.truncate) {
    opened->body = std::make_unique<BriefSource>(std::move(opened->body), *fault.truncate, error);
  }
  return opened;
}

sdk::Result<sdk::ObjectInfo> FaultyStorage::put(sdk::Context& ctx, std::string_view key,
                                                sdk::Content& content,
                                                const sdk::PutOptions& options) {
  return withFault(faults_.take(Op::Put, key), "put",
                   [&] { return inner_.put(ctx, key, content, options); });
}

sdk::Result<void> FaultyStorage::remove(sdk::Context& ctx, std::string_view key) {
  return withFault(faults_.take(Op::Remove, key), "remove",
                   [&] { return inner_.remove(ctx, key); });
}

sdk::Result<sdk::ObjectPage> FaultyStorage::list(sdk::Context& ctx, std::string_view prefix,
                                                 std::string_view after, std::size_t limit) {
  return withFault(faults_.take(Op::List, prefix), "list",
                   [&] { return inner_.list(ctx, prefix, after, limit); });
}

sdk::Result<void> FaultyStorage::sync(sdk::Context& ctx) {
  return withFault(faults_.take(Op::Sync, {}), "sync", [&] { return barrier_->sync(ctx); });
}

void* FaultyStorage::facet(sdk::FacetId id) noexcept {
  if (id == sdk::Storage::kFacet) return static_cast<sdk::Storage*>(this);
  if (id == sdk::DurabilityBarrier::kFacet) {
    return barrier_ ? static_cast<sdk::DurabilityBarrier*>(this) : nullptr;
  }
  return inner_.facet(id);
}

}  // namespace larder::test
