#include "core/plugin/header_gate.h"

#include <cstring>

namespace larder::plugin {
namespace {

class Differences {
 public:
  void add(std::string text) {
    if (!text_.empty()) text_ += "; ";
    text_ += std::move(text);
  }
  void compare(std::string_view what, const char* found, std::string_view wanted) {
    if (found == nullptr) {
      add(std::string(what) + " is missing, wanted " + std::string(wanted));
    } else if (found != wanted) {
      add(std::string(what) + " is " + found + ", wanted " + std::string(wanted));
    }
  }
  sdk::Result<void> result() && {
    if (text_.empty()) return {};
    return sdk::Error(sdk::Errc::Unsupported, std::move(text_));
  }

 private:
  std::string text_;
};

}  // namespace

std::string sdkVersion(unsigned major, unsigned minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

sdk::Result<void> checkHeader(const sdk::PluginHeader& header, std::string_view kind,
                              std::string_view name) {
  if (std::memcmp(header.magic, sdk::kPluginMagic, sizeof(header.magic)) != 0) {
    return sdk::Error(sdk::Errc::Unsupported,
                      "not a larder plugin (larder_plugin does not start with the magic bytes)");
  }
  Differences differences;
  if (header.sdkMajor != LARDER_SDK_MAJOR || header.sdkMinor > LARDER_SDK_MINOR) {
    differences.add("built for SDK " + sdkVersion(header.sdkMajor, header.sdkMinor) +
                    ", this host has SDK " + sdkVersion(LARDER_SDK_MAJOR, LARDER_SDK_MINOR));
  }
  if (header.headerSize != sizeof(sdk::PluginHeader)) {
    differences.add("its header has " + std::to_string(header.headerSize) + " bytes, wanted " +
                    std::to_string(sizeof(sdk::PluginHeader)));
  }
  // The pointers exist in every header that is at least this long.
  if (header.headerSize >= sizeof(sdk::PluginHeader)) {
    differences.compare("toolchain", header.toolchain, LARDER_SDK_TOOLCHAIN);
    differences.compare("kind", header.kind, kind);
    differences.compare("name", header.name, name);
    if (header.version == nullptr) differences.add("version is missing");
    if (header.summary == nullptr) differences.add("summary is missing");
  }
  return std::move(differences).result();
}

}  // namespace larder::plugin
