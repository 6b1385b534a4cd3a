#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/call_context.h"
#include "core/config/section.h"
#include "core/plugin/loader.h"
#include "tests/conformance/conformance_host.h"
#include "tests/support/test.h"

namespace larder::conformance {

/// The backend under test: a plugin, loaded and guarded as a server does it, with
/// the settings of one file.
class Backend {
 public:
  /// Errors: Invalid, with every problem of the file or the plugin on a line of
  /// its own.
  static sdk::Result<std::unique_ptr<Backend>> open(const std::string& pluginFile,
                                                    const std::string& configFile);

  const plugin::LoadedPlugin& plugin() const noexcept { return *plugin_; }
  ConformanceHost& host() noexcept { return host_; }

  /// A further instance on the same settings, as another process would have it.
  std::unique_ptr<sdk::Storage> storage();
  std::unique_ptr<sdk::Cache> cache();
  std::unique_ptr<sdk::Access> access();

  /// Skips the running test, with the backend's reason, when it lacks `ability`.
  void needs(const std::string& ability);

  /// Lacks that no test asked about.
  std::vector<std::string> unusedLacks() const;

 private:
  explicit Backend(content::SpoolDirectory spool) : host_(std::move(spool)) {}
  sdk::Result<void> readConfig(const std::string& configFile);

  test::TemporaryDirectory directory_;
  ConformanceHost host_;
  std::unique_ptr<plugin::Loader> loader_;
  const plugin::LoadedPlugin* plugin_ = nullptr;
  std::unique_ptr<config::Section> settings_;
  std::map<std::string, std::string> lacks_;
  std::set<std::string> asked_;
};

/// The one that the runner opened.
Backend& backend();
void setBackend(Backend* backend);

/// A call that has plenty of time.
CallContext makeContext(std::chrono::milliseconds budget = std::chrono::minutes(2));

}  // namespace larder::conformance
