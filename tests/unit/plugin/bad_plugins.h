#pragma once

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

}  // namespace larder::test

#define LARDER_ASSERT_CONTAINS(part, text)                                                 \
  do {                                                                                     \
    const std::string larder_text_ = (text);                                               \
    CPPUNIT_ASSERT_MESSAGE("\"" + larder_text_ + "\" lacks \"" + std::string(part) + "\"", \
                           larder_text_.find(part) != std::string::npos);                  \
  } while (false)
