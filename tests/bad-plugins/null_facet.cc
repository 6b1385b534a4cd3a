#include "bad_storage.h"

namespace {
class Faceless final : public larder::sdk::Storage {
 public:
  larder::sdk::Result<void> health(larder::sdk::Context&) override { return {}; }
  larder::sdk::Result<larder::sdk::ObjectInfo> stat(larder::sdk::Context& ctx,
                                                    std::string_view key) override {
    return inner_.stat(ctx, key);
  }
  larder::sdk::Result<larder::sdk::OpenObject> open(larder::sdk::Context& ctx, std::string_view key,
                                                    larder::sdk::ByteRange range) override {
    return inner_.open(ctx, key, range);
  }
  larder::sdk::Result<larder::sdk::ObjectInfo> put(
      larder::sdk::Context& ctx, std::string_view key, larder::sdk::Content& content,
      const larder::sdk::PutOptions& options) override {
    return inner_.put(ctx, key, content, options);
  }
  larder::sdk::Result<void> remove(larder::sdk::Context& ctx, std::string_view key) override {
    return inner_.remove(ctx, key);
  }
  larder::sdk::Result<larder::sdk::ObjectPage> list(larder::sdk::Context& ctx,
                                                    std::string_view prefix, std::string_view after,
                                                    std::size_t limit) override {
    return inner_.list(ctx, prefix, after, limit);
  }
  void* facet(larder::sdk::FacetId) noexcept override { return nullptr; }

 private:
  bad::BadStorage inner_;
};

larder::sdk::Result<std::unique_ptr<larder::sdk::Storage>> faceless(larder::sdk::Context&,
                                                                    larder::sdk::Host&,
                                                                    const larder::sdk::Settings&) {
  return std::unique_ptr<larder::sdk::Storage>(std::make_unique<Faceless>());
}
}  // namespace
BAD_PLUGIN(d.create = &faceless);
