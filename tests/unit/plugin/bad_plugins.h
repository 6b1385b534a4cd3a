#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/plugin/loader.h"
#include "tests/fakes/fake_logger.h"
#include "tests/support/test.h"

namespace larder::test {

/// The library of tests/bad-plugins that is wrong in this way.
inline std::string badPlugin(const std::string& way) {
  return std::string(LARDER_BAD_PLUGINS) + "/" + way + "/storage-bad.so";
}

/// Loads one, which must be accepted: its fault shows later.
inline const plugin::LoadedPlugin& loadBadPlugin(const std::string& way) {
  static FakeLogger logger;
  plugin::Loader loader({}, logger);
  const auto loaded = loader.loadFile(badPlugin(way));
  LARDER_ASSERT_OK(loaded);
  return **loaded;
}

/// Its deadline begins to run when it is first looked at, which the barrier does
/// before a call: however slow the machine, the call itself is what is late.
class ShortContext final : public sdk::Context {
 public:
  std::chrono::steady_clock::time_point deadline() const noexcept override {
    if (!deadline_) deadline_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(1);
    return *deadline_;
  }
  bool cancelled() const noexcept override { return false; }
  std::string_view requestId() const noexcept override { return "short"; }

 private:
  mutable std::optional<std::chrono::steady_clock::time_point> deadline_;
};

}  // namespace larder::test

#define LARDER_ASSERT_CONTAINS(part, text)                                                 \
  do {                                                                                     \
    const std::string larder_text_ = (text);                                               \
    CPPUNIT_ASSERT_MESSAGE("\"" + larder_text_ + "\" lacks \"" + std::string(part) + "\"", \
                           larder_text_.find(part) != std::string::npos);                  \
  } while (false)
