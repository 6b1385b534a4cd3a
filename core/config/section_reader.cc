#include "core/config/section_reader.h"

#include <algorithm>

#include "core/config/values.h"
#include "core/config/words.h"

namespace larder::config {

namespace {

using sdk::SettingType;

constexpr char kFileSuffix[] = "_file";

std::string fileKey(const sdk::SettingSpec& spec) { return std::string(spec.name) + kFileSuffix; }

bool accepts(std::span<const sdk::SettingSpec> specs, std::string_view key) {
  return std::any_of(specs.begin(), specs.end(), [&](const sdk::SettingSpec& spec) {
    return key == spec.name || (spec.secret && key == fileKey(spec));
  });
}

std::vector<std::string> acceptedNames(const SectionReader::Rules& rules) {
  std::vector<std::string> names;
  for (const auto specs : {rules.specs, rules.others}) {
    for (const sdk::SettingSpec& spec : specs) {
      names.emplace_back(spec.name);
      if (spec.secret) names.push_back(fileKey(spec));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::span<const sdk::SettingSpec> fieldsOf(const sdk::SettingSpec& spec) {
  return {spec.fields, spec.fieldCount};
}

std::string requiredText(const sdk::SettingSpec& spec) {
  std::string text = "required and missing; add \"" + std::string(spec.name) + ": …\"";
  if (spec.secret) text += " or \"" + fileKey(spec) + ": …\"";
  return text + ", " + std::string(expected(spec.type));
}

Node::Kind wantedKind(SettingType type) {
  switch (type) {
    case SettingType::Map:
    case SettingType::Maps:
    case SettingType::Lists:
      return Node::Kind::Map;
    case SettingType::List:
    case SettingType::MapList:
      return Node::Kind::List;
    default:
      return Node::Kind::Scalar;
  }
}

}  // namespace

std::string foundText(const sdk::SettingSpec& spec, const std::string& text) {
  return spec.secret ? "found ***" : "found " + shown(text);
}

std::unique_ptr<Section> SectionReader::read(const Node* node, const Position& where,
                                             const std::string& path, const Rules& rules) {
  auto section = std::make_unique<Section>();
  section->path_ = path;
  section->where_ = node != nullptr ? node->where : where;
  section->secrets_ = secrets_;
  const bool isMap = node != nullptr && node->kind == Node::Kind::Map;
  if (isMap) refuseUnknown(*node, path, rules);
  for (const Spec& spec : rules.specs) {
    section->values_.emplace(
        spec.name, readValue(isMap ? node : nullptr, section->where_, path, rules.owner, spec));
  }
  return section;
}

void SectionReader::refuseUnknown(const Node& node, const std::string& path, const Rules& rules) {
  if (rules.othersUnknown) return;
  const std::vector<std::string> names = acceptedNames(rules);
  const std::vector<std::string_view> choices(names.begin(), names.end());
  for (const Node::Entry& entry : node.entries) {
    if (accepts(rules.specs, entry.key) || accepts(rules.others, entry.key)) continue;
    problems_.add(entry.where, childPath(path, entry.key),
                  "unknown setting; " + rules.owner + " accepts " + joined(choices) +
                      suggestion(entry.key, choices));
  }
}

Section::Value SectionReader::readValue(const Node* map, const Position& mapWhere,
                                        const std::string& path, const std::string& owner,
                                        const Spec& spec) {
  Section::Value value;
  value.spec = &spec;
  const Node::Entry* entry = map == nullptr ? nullptr : map->find(spec.name);
  const Node::Entry* file = map == nullptr || !spec.secret ? nullptr : map->find(fileKey(spec));
  const std::string here = childPath(path, spec.name);
  value.given = entry != nullptr || file != nullptr;
  value.where = entry != nullptr ? entry->where : file != nullptr ? file->where : mapWhere;
  setDefault(value, here, owner);
  value.fromFile = entry == nullptr && file != nullptr;
  if (entry != nullptr && file != nullptr) {
    problems_.add(file->where, here + kFileSuffix,
                  "given beside " + std::string(spec.name) + "; keep one of the two");
  }
  if (entry != nullptr) {
    if (entry->value->kind != Node::Kind::Null) value.where = entry->value->where;
    readNode(value, *entry->value, here, owner);
  } else if (file != nullptr) {
    readSecretFile(value, *file, here + kFileSuffix);
  } else if (map != nullptr && spec.defaultValue == nullptr) {
    problems_.add(mapWhere, here, requiredText(spec));
  }
  return value;
}

void SectionReader::readNode(Section::Value& value, const Node& node, const std::string& path,
                             const std::string& owner) {
  const Spec& spec = *value.spec;
  if (node.faulty) return;
  if (!isKind(node, wantedKind(spec.type), spec, value.where, path)) return;
  switch (spec.type) {
    case SettingType::Map:
      value.data = read(&node, value.where, path, {fieldsOf(spec), {}, owner});
      return;
    case SettingType::Maps:
      return readMaps(value, node, path, owner);
    case SettingType::Lists:
      return readLists(value, node, path);
    case SettingType::MapList:
      return readMapList(value, node, path, owner);
    case SettingType::List:
      value.data = readList(node, path);
      return;
    default:
      return readText(value, node, path);
  }
}

void SectionReader::readMaps(Section::Value& value, const Node& node, const std::string& path,
                             const std::string& owner) {
  const SectionReader::Rules rules{fieldsOf(*value.spec), {}, owner};
  Section::Named<Section::SectionPtr> maps;
  for (const Node::Entry& entry : node.entries) {
    const std::string here = childPath(path, entry.key);
    if (!isNamed(entry, path) || !isMap(entry, here)) continue;
    value.entries[entry.key] = {entry.where, maps.size()};
    maps.emplace_back(entry.key, read(entry.value.get(), entry.where, here, rules));
  }
  value.data = std::move(maps);
}

void SectionReader::readLists(Section::Value& value, const Node& node, const std::string& path) {
  Section::Named<std::vector<std::string>> lists;
  for (const Node::Entry& entry : node.entries) {
    const std::string here = childPath(path, entry.key);
    static constexpr Spec kList{"", SettingType::List, "", false, ""};
    const Node& list = *entry.value;
    const Position& where = list.kind == Node::Kind::Null ? entry.where : list.where;
    if (!isNamed(entry, path) || !isKind(list, Node::Kind::List, kList, where, here)) continue;
    value.entries[entry.key] = {entry.where, lists.size()};
    lists.emplace_back(entry.key, readList(list, here));
  }
  value.data = std::move(lists);
}

void SectionReader::readMapList(Section::Value& value, const Node& node, const std::string& path,
                                const std::string& owner) {
  const SectionReader::Rules rules{fieldsOf(*value.spec), {}, owner};
  Section::Named<Section::SectionPtr> items;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string here = itemPath(path, i);
    const Node::Entry item{"", node.items[i]->where, node.items[i]};
    if (isMap(item, here)) {
      items.emplace_back(std::to_string(i), read(item.value.get(), item.where, here, rules));
    }
  }
  value.data = std::move(items);
}

std::vector<std::string> SectionReader::readList(const Node& node, const std::string& path) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& item = *node.items[i];
    if (item.faulty) continue;
    if (item.kind == Node::Kind::Scalar) {
      texts.push_back(item.text);
    } else {
      problems_.add(item.where, itemPath(path, i),
                    "must be a text; found " + std::string(kindWord(item.kind)));
    }
  }
  return texts;
}

bool SectionReader::isNamed(const Node::Entry& entry, const std::string& path) {
  if (!entry.key.empty()) return true;
  problems_.add(entry.where, path, "an entry without a name; write one before the ':'");
  return false;
}

bool SectionReader::isMap(const Node::Entry& entry, const std::string& path) {
  static constexpr Spec kMap{"", SettingType::Map, "", true, ""};  // a text may be a password
  const Node& node = *entry.value;
  return isKind(node, Node::Kind::Map, kMap,
                node.kind == Node::Kind::Null ? entry.where : node.where, path);
}

bool SectionReader::isKind(const Node& node, Node::Kind wanted, const Spec& spec,
                           const Position& where, const std::string& path) {
  if (node.kind == wanted || node.faulty) return node.kind == wanted && !node.faulty;
  const std::string must(expected(spec.type));
  if (node.kind == Node::Kind::Null) {
    problems_.add(where, path, "has no value; write " + must + " or remove the key");
  } else if (node.kind == Node::Kind::Scalar) {
    std::string why = "must be " + must + "; " + foundText(spec, node.text);
    const bool plain = !spec.secret && node.text.find_first_of(",[]{}\"'") == std::string::npos;
    if (wanted == Node::Kind::List && plain && !node.text.empty()) {
      why += ", write [" + shown(node.text) + ']';
    }
    problems_.add(where, path, why);
  } else {
    problems_.add(where, path, "must be " + must + "; found " + std::string(kindWord(node.kind)));
  }
  return false;
}

}  // namespace larder::config
