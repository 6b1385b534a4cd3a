#pragma once

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/guarded.h"
#include "larder/sdk/host.h"

namespace larder::test {

/// Keeps every event.
class FakeLogger final : public sdk::Logger {
 public:
  struct Event {
    sdk::Level level;
    std::string event;
    std::string text;
    std::map<std::string, std::string> fields;
  };

  void log(sdk::Level level, std::string_view event, std::string_view text,
           std::span<const sdk::Field> fields) noexcept override {
    Event kept{level, std::string(event), std::string(text), {}};
    for (const sdk::Field& field : fields) kept.fields.emplace(field.name, field.value);
    events_.lock()->push_back(std::move(kept));
  }
  bool enabled(sdk::Level) const noexcept override { return true; }

  std::vector<Event> events() { return *events_.lock(); }

  std::vector<Event> events(std::string_view name) {
    std::vector<Event> found = events();
    std::erase_if(found, [&](const Event& event) { return event.event != name; });
    return found;
  }

  std::size_t count(std::string_view name) { return events(name).size(); }

  /// Whether `text` occurs anywhere in what was logged: for secrets.
  bool mentions(std::string_view text) {
    const auto in = [&](const std::string& where) { return where.find(text) != std::string::npos; };
    const std::vector<Event> all = events();
    return std::any_of(all.begin(), all.end(), [&](const Event& event) {
      return in(event.text) || std::any_of(event.fields.begin(), event.fields.end(),
                                           [&](const auto& field) { return in(field.second); });
    });
  }

  void clear() { events_.lock()->clear(); }

 private:
  Guarded<std::vector<Event>> events_;
};

}  // namespace larder::test
