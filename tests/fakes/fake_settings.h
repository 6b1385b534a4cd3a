#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/settings.h"

namespace larder::test {

/// Settings written down in a test:
///
///     FakeSettings settings;
///     settings.set("path", directory.path()).set("sync", true);
///     settings.at("users", "alice").set("password", "plain:secret");
///
/// Asking for what was not set throws: the test forgot it.
class FakeSettings final : public sdk::Settings {
 public:
  FakeSettings& set(std::string_view name, const char* value) {
    return put(strings_, name, std::string(value));
  }
  FakeSettings& set(std::string_view name, std::string value) {
    return put(strings_, name, std::move(value));
  }
  FakeSettings& set(std::string_view name, bool value) { return put(booleans_, name, value); }
  FakeSettings& set(std::string_view name, int value) { return put(integers_, name, value); }
  FakeSettings& set(std::string_view name, std::uint64_t size) { return put(sizes_, name, size); }
  FakeSettings& set(std::string_view name, std::chrono::milliseconds value) {
    return put(durations_, name, value);
  }
  FakeSettings& set(std::string_view name, std::vector<std::string> list) {
    return put(lists_, name, std::move(list));
  }
  /// The one map under `name`, made when new.
  FakeSettings& at(std::string_view name) { return maps_[std::string(name)]; }
  /// One of the maps of a Maps setting, made when new.
  FakeSettings& at(std::string_view name, std::string_view key) {
    return named_[std::string(name)].make(key);
  }
  /// One of the lists of a Lists setting.
  FakeSettings& set(std::string_view name, std::string_view key, std::vector<std::string> list) {
    named_[std::string(name)].make(key).set("", std::move(list));
    return *this;
  }
  /// One more map of a MapList setting.
  FakeSettings& add(std::string_view name) {
    auto& list = items_[std::string(name)];
    return *list.emplace_back(std::make_unique<FakeSettings>());
  }

  std::string string(std::string_view name) const override { return get(strings_, name); }
  std::int64_t integer(std::string_view name) const override { return get(integers_, name); }
  bool boolean(std::string_view name) const override { return get(booleans_, name); }
  std::chrono::milliseconds duration(std::string_view name) const override {
    return get(durations_, name);
  }
  std::uint64_t size(std::string_view name) const override { return get(sizes_, name); }
  std::vector<std::string> list(std::string_view name) const override { return get(lists_, name); }
  const sdk::Settings& map(std::string_view name) const override { return get(maps_, name); }
  std::vector<std::string> keys(std::string_view name) const override {
    const auto found = named_.find(name);
    return found == named_.end() ? std::vector<std::string>{} : found->second.order;
  }
  const sdk::Settings& entry(std::string_view name, std::string_view key) const override {
    return *get(named_, name).entries.at(std::string(key));
  }
  std::vector<std::string> listEntry(std::string_view name, std::string_view key) const override {
    return entry(name, key).list("");
  }
  std::vector<const sdk::Settings*> items(std::string_view name) const override {
    std::vector<const sdk::Settings*> found;
    const auto list = items_.find(name);
    if (list == items_.end()) return found;
    for (const auto& item : list->second) found.push_back(item.get());
    return found;
  }
  bool given(std::string_view name) const override {
    return strings_.contains(name) || integers_.contains(name) || booleans_.contains(name) ||
           durations_.contains(name) || sizes_.contains(name) || lists_.contains(name) ||
           maps_.contains(name) || named_.contains(name) || items_.contains(name);
  }
  sdk::Error invalid(std::string_view name, std::string_view why) const override {
    return sdk::Error(sdk::Errc::Invalid,
                      "test.yaml:1:1: " + std::string(name) + ": " + std::string(why));
  }

 private:
  template <class T>
  using Values = std::map<std::string, T, std::less<>>;
  struct Named {
    Values<std::unique_ptr<FakeSettings>> entries;
    std::vector<std::string> order;

    FakeSettings& make(std::string_view key) {
      auto& slot = entries[std::string(key)];
      if (!slot) {
        slot = std::make_unique<FakeSettings>();
        order.emplace_back(key);
      }
      return *slot;
    }
  };

  template <class T, class V>
  FakeSettings& put(Values<T>& values, std::string_view name, V value) {
    values[std::string(name)] = std::move(value);
    return *this;
  }
  template <class T>
  static const T& get(const Values<T>& values, std::string_view name) {
    const auto found = values.find(name);
    if (found == values.end()) throw std::logic_error("setting " + std::string(name) + " not set");
    return found->second;
  }

  Values<std::string> strings_;
  Values<std::int64_t> integers_;
  Values<bool> booleans_;
  Values<std::chrono::milliseconds> durations_;
  Values<std::uint64_t> sizes_;
  Values<std::vector<std::string>> lists_;
  Values<FakeSettings> maps_;
  Values<Named> named_;
  Values<std::vector<std::unique_ptr<FakeSettings>>> items_;
};

/// Keeps what a check() found.
class FakeProblems final : public sdk::SettingProblems {
 public:
  void add(sdk::Error problem) override { problems.push_back(problem.message()); }
  std::vector<std::string> problems;
};

}  // namespace larder::test
