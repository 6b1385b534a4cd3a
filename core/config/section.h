#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/config/problems.h"
#include "core/config/secrets.h"
#include "larder/sdk/settings.h"

namespace larder::config {

/// The settings of one map of the file, by their declarations. Every declared key has a value of
/// its type: what the file says, else the default, else (where the file is wrong or a required key
/// is missing, which are problems) an empty one. So a plugin's check() can look at all of it.
///
/// An accessor asked for a key or type that is not declared throws std::logic_error: a plugin's
/// mistake, which the host's barrier reports.
class Section final : public sdk::Settings {
 public:
  std::string string(std::string_view name) const override;
  std::int64_t integer(std::string_view name) const override;
  bool boolean(std::string_view name) const override;
  std::chrono::milliseconds duration(std::string_view name) const override;
  std::uint64_t size(std::string_view name) const override;
  std::vector<std::string> list(std::string_view name) const override;

  const Section& map(std::string_view name) const override;
  std::vector<std::string> keys(std::string_view name) const override;
  const Section& entry(std::string_view name, std::string_view key) const override;
  std::vector<std::string> listEntry(std::string_view name, std::string_view key) const override;
  std::vector<const sdk::Settings*> items(std::string_view name) const override;

  bool given(std::string_view name) const override;

  /// `name` may also be "groups.staff": a key under a Maps or Lists setting. Secrets in `why` are
  /// masked.
  sdk::Error invalid(std::string_view name, std::string_view why) const override;

  /// Of the map itself: "storage.main".
  const std::string& path() const noexcept { return path_; }
  const Position& where() const noexcept { return where_; }
  /// Where the value of `name` stands, or the map when the file does not say it.
  Position whereIs(std::string_view name) const;

 private:
  friend class SectionReader;
  friend std::vector<std::string> differences(const Section& before, const Section& after);

  using SectionPtr = std::unique_ptr<Section>;
  template <class T>
  using Named = std::vector<std::pair<std::string, T>>;
  using Data = std::variant<std::monostate, std::string, std::int64_t, std::uint64_t, bool,
                            std::chrono::milliseconds, std::vector<std::string>, SectionPtr,
                            Named<SectionPtr>, Named<std::vector<std::string>>>;
  struct Place {
    Position where;
    std::size_t index = 0;  // in `data`
  };
  struct Value {
    const sdk::SettingSpec* spec = nullptr;
    bool given = false;
    bool fromFile = false;                              // by <name>_file
    Position where;                                     // of the key's value
    std::map<std::string, Place, std::less<>> entries;  // of Maps and Lists
    Data data;
  };

  const Value& value(std::string_view name) const;
  template <class T>
  const T& as(std::string_view name) const;
  template <class T>
  const T& entryAs(std::string_view name, std::string_view key) const;

  std::string path_;
  Position where_;
  std::map<std::string, Value, std::less<>> values_;
  std::shared_ptr<const Secrets> secrets_;
};

/// The paths of the settings whose values differ between two sections of the same declarations,
/// for saying at a reload what needs a restart. Secrets are compared, never shown.
std::vector<std::string> differences(const Section& before, const Section& after);

}  // namespace larder::config
