#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/settings.h"

namespace larder::config {

/// A place in a configuration file. Line 0: the file as a whole; an empty file: no place at all.
struct Position {
  std::string file;
  int line = 0;
  int column = 0;
};

/// "etc/larder.yaml:3:23: storage.main.path: why"; what is not known is left out.
std::string describe(const Position& where, std::string_view path, std::string_view why);

/// Everything that is wrong with a configuration, so that one run shows it all. One thread.
class Problems final : public sdk::SettingProblems {
 public:
  /// A problem found by a plugin, from Settings::invalid(). Dropped when the same setting has a
  /// problem already: a missing value is reported once, not with all that follows from it.
  void add(sdk::Error problem) override;
  void add(const Position& where, std::string_view path, std::string_view why);
  /// Something to mend that prevents nothing.
  void warn(const Position& where, std::string_view path, std::string_view why);

  bool empty() const noexcept { return problems_.empty(); }
  /// In the order of the file, each once.
  std::vector<std::string> lines() const { return sorted(problems_); }
  std::vector<std::string> warnings() const { return sorted(warnings_); }

 private:
  struct Entry {
    Position where;
    std::string setting;  // what stands before the reason: place and path
    std::string text;
  };
  static Entry parse(std::string text);
  static std::vector<std::string> sorted(std::vector<Entry> entries);

  std::vector<Entry> problems_;
  std::vector<Entry> warnings_;
};

}  // namespace larder::config
