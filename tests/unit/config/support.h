#pragma once

#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/config/configuration.h"
#include "tests/support/test.h"

namespace larder::test {

/// A configuration file in a directory of its own; messages have the name "larder.yaml" in place
/// of its path.
class ConfigFile {
 public:
  explicit ConfigFile(std::string_view text) : path_(directory_ / "larder.yaml") {
    std::ofstream(path_, std::ios::binary) << text;
  }

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return directory_ / name; }

  void set(const std::string& name, const std::string& value) { environment_[name] = value; }

  void write(const std::string& name, std::string_view content) const {
    std::ofstream(directory_ / name, std::ios::binary) << content;
  }

  std::unique_ptr<config::Configuration> load(std::vector<std::string> listen = {}) {
    config::LoadOptions options;
    options.listen = std::move(listen);
    options.environment = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment_.find(name);
      if (found == environment_.end()) return std::nullopt;
      return found->second;
    };
    return config::Configuration::load(path_, problems, options);
  }

  /// The problems, one a line.
  std::string text() const { return joinLines(problems.lines()); }
  std::string warnings() const { return joinLines(problems.warnings()); }

  config::Problems problems;

 private:
  std::string joinLines(const std::vector<std::string>& lines) const {
    std::string text;
    for (const std::string& line : lines) text += line + '\n';
    for (std::size_t at = 0; (at = text.find(path_)) != std::string::npos;) {
      text.replace(at, path_.size(), "larder.yaml");
    }
    return text;
  }

  TemporaryDirectory directory_;
  std::string path_;
  std::map<std::string, std::string> environment_;
};

inline constexpr std::string_view kMinimal = R"(
storage: { main: { plugin: filesystem, path: var/storage } }
cache: { main: { plugin: sqlite, path: var/cache.db } }
access: { main: { plugin: config } }
repositories: { pypi: { format: pypi, storage: main, cache: main, access: main } }
)";

/// The problems of kMinimal with `more` behind it.
inline std::string problemsWith(std::string_view more) {
  ConfigFile file(std::string(kMinimal) + std::string(more));
  file.load();
  return file.text();
}

}  // namespace larder::test
