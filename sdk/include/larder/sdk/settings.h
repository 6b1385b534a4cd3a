#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/result.h"

namespace larder::sdk {

enum class SettingType : std::uint8_t {
  String,
  Integer,
  Boolean,
  Duration,    ///< "90s", "5m", "24h", "7d", "250ms"; a bare 0 is none.
  Size,        ///< "64MiB", "4GiB", "10kB"; a bare number is bytes.
  Path,        ///< Relative ones are relative to the working directory of the server.
  List,        ///< Of strings.
  Map,         ///< One map with the keys in `fields`.
  Maps,        ///< Any name -> a map with the keys in `fields`.
  Lists,       ///< Any name -> a list of strings.
  MapList,     ///< A list of maps with the keys in `fields`.
  Repository,  ///< The name of a repository in the same file; others are refused.
};

/// Declares one key a plugin accepts. Static data: the host reads it before it
/// creates anything, to reject unknown keys with their line number, to fill in
/// defaults, to mask secrets, and to print `larder config explain`.
struct SettingSpec {
  const char* name;  ///< snake_case
  SettingType type;
  const char* defaultValue;  ///< As written in YAML; null: required. Map kinds and lists: "".
  bool secret;               ///< Masked everywhere; may be given as <name>_file.
  const char* help;          ///< Markdown; the reference manual is made from it.
  const SettingSpec* fields = nullptr;  ///< Keys of Map, Maps and MapList.
  std::size_t fieldCount = 0;
};

/// The validated settings of one instance, or of one map inside it: types are
/// right, required keys are there, defaults are filled in. Implemented by the
/// host; immutable, readable from any thread, outlives the instance.
class Settings {
 public:
  /// Requires of each accessor: the key is declared with this type.
  virtual std::string string(std::string_view name) const = 0;  ///< Also Path, Repository.
  virtual std::int64_t integer(std::string_view name) const = 0;
  virtual bool boolean(std::string_view name) const = 0;
  virtual std::chrono::milliseconds duration(std::string_view name) const = 0;
  virtual std::uint64_t size(std::string_view name) const = 0;
  virtual std::vector<std::string> list(std::string_view name) const = 0;

  virtual const Settings& map(std::string_view name) const = 0;
  /// The keys written under a Maps or Lists setting, in the file's order.
  virtual std::vector<std::string> keys(std::string_view name) const = 0;
  /// Requires: `key` is one of keys(name), of a Maps setting.
  virtual const Settings& entry(std::string_view name, std::string_view key) const = 0;
  /// Requires: `key` is one of keys(name), of a Lists setting.
  virtual std::vector<std::string> listEntry(std::string_view name, std::string_view key) const = 0;
  /// The maps of a MapList, in the file's order.
  virtual std::vector<const Settings*> items(std::string_view name) const = 0;

  /// Whether the file says it, as opposed to the default being in force.
  virtual bool given(std::string_view name) const = 0;

  /// An Errc::Invalid whose text starts with where the key was written:
  /// "etc/larder.yaml:14:5: storage.s3.bucket: <why>". Why says what was found
  /// and what to do. An empty name means the map itself.
  virtual Error invalid(std::string_view name, std::string_view why) const = 0;

 protected:
  ~Settings() = default;
};

/// Collects what a plugin's check() finds, so that one run shows every problem.
class SettingProblems {
 public:
  /// Take the Error from Settings::invalid(): it carries the position.
  virtual void add(Error problem) = 0;

 protected:
  ~SettingProblems() = default;
};

}  // namespace larder::sdk
