#include "core/config/section.h"

#include <algorithm>
#include <stdexcept>

#include "core/config/document.h"

namespace larder::config {

const Section::Value& Section::value(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    throw std::logic_error("the setting " + childPath(path_, name) + " is not declared");
  }
  return found->second;
}

template <class T>
const T& Section::as(std::string_view name) const {
  const T* data = std::get_if<T>(&value(name).data);
  if (data == nullptr) {
    throw std::logic_error("the setting " + childPath(path_, name) +
                           " is declared with another type than it is read with");
  }
  return *data;
}

std::string Section::string(std::string_view name) const { return as<std::string>(name); }
std::int64_t Section::integer(std::string_view name) const { return as<std::int64_t>(name); }
bool Section::boolean(std::string_view name) const { return as<bool>(name); }
std::uint64_t Section::size(std::string_view name) const { return as<std::uint64_t>(name); }

std::chrono::milliseconds Section::duration(std::string_view name) const {
  return as<std::chrono::milliseconds>(name);
}

std::vector<std::string> Section::list(std::string_view name) const {
  return as<std::vector<std::string>>(name);
}

const Section& Section::map(std::string_view name) const { return *as<SectionPtr>(name); }

std::vector<std::string> Section::keys(std::string_view name) const {
  std::vector<std::string> keys;
  if (value(name).spec->type == sdk::SettingType::Lists) {
    for (const auto& [key, list] : as<Named<std::vector<std::string>>>(name)) keys.push_back(key);
    return keys;
  }
  if (value(name).spec->type != sdk::SettingType::Maps) {
    throw std::logic_error("the setting " + childPath(path_, name) + " has no keys");
  }
  for (const auto& [key, section] : as<Named<SectionPtr>>(name)) keys.push_back(key);
  return keys;
}

template <class T>
const T& Section::entryAs(std::string_view name, std::string_view key) const {
  const auto& all = as<Named<T>>(name);
  const auto& entries = value(name).entries;
  const auto found = entries.find(key);
  if (found == entries.end()) {
    throw std::logic_error(childPath(childPath(path_, name), key) + " is not there");
  }
  return all[found->second.index].second;
}

const Section& Section::entry(std::string_view name, std::string_view key) const {
  return *entryAs<SectionPtr>(name, key);
}

std::vector<std::string> Section::listEntry(std::string_view name, std::string_view key) const {
  return entryAs<std::vector<std::string>>(name, key);
}

std::vector<const sdk::Settings*> Section::items(std::string_view name) const {
  std::vector<const sdk::Settings*> items;
  for (const auto& [index, section] : as<Named<SectionPtr>>(name)) items.push_back(section.get());
  return items;
}

bool Section::given(std::string_view name) const { return value(name).given; }

Position Section::whereIs(std::string_view name) const {
  const auto found = values_.find(name);
  if (found != values_.end()) return found->second.given ? found->second.where : where_;
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return where_;
  const auto parent = values_.find(name.substr(0, dot));
  if (parent == values_.end()) return where_;
  const auto entry = parent->second.entries.find(name.substr(dot + 1));
  return entry == parent->second.entries.end() ? parent->second.where : entry->second.where;
}

sdk::Error Section::invalid(std::string_view name, std::string_view why) const {
  std::string path = name.empty() ? path_ : childPath(path_, name);
  const auto found = values_.find(name);
  if (found != values_.end() && found->second.fromFile) path += "_file";
  const std::string reason = secrets_ ? secrets_->masked(std::string(why)) : std::string(why);
  return {sdk::Errc::Invalid, describe(name.empty() ? where_ : whereIs(name), path, reason)};
}

std::vector<std::string> differences(const Section& before, const Section& after) {
  std::vector<std::string> paths;
  const auto descend = [&](const Section& a, const Section& b) {
    for (std::string& path : differences(a, b)) paths.push_back(std::move(path));
  };
  for (const auto& [name, old] : before.values_) {
    const auto found = after.values_.find(name);
    if (found == after.values_.end()) continue;
    const auto* map = std::get_if<Section::SectionPtr>(&old.data);
    const auto* maps = std::get_if<Section::Named<Section::SectionPtr>>(&old.data);
    const std::string path = childPath(after.path_, name);
    if (map != nullptr) {
      descend(**map, after.map(name));
    } else if (maps != nullptr) {
      const auto& now = after.as<Section::Named<Section::SectionPtr>>(name);
      const bool same = std::equal(
          maps->begin(), maps->end(), now.begin(), now.end(), [](const auto& a, const auto& b) {
            return a.first == b.first && differences(*a.second, *b.second).empty();
          });
      if (!same) paths.push_back(path);
    } else if (old.data != found->second.data) {
      paths.push_back(path);
    }
  }
  return paths;
}

}  // namespace larder::config
