#include <algorithm>

#include "core/config/section_reader.h"
#include "core/config/values.h"
#include "core/config/words.h"

namespace larder::config {

namespace {

using sdk::SettingType;

// The default of a list, as in YAML: nothing, or "[a, b]" of plain words.
std::vector<std::string> parseDefaultList(std::string_view text) {
  std::vector<std::string> items;
  std::string item;
  for (const char c : text) {
    if (c == ',' || c == ']') {
      if (!item.empty()) items.push_back(std::move(item));
      item.clear();
    } else if (c != '[' && c != ' ' && c != '"') {
      item += c;
    }
  }
  return items;
}

std::string wrongText(const sdk::SettingSpec& spec, const std::string& text) {
  std::string why = "must be " + std::string(expected(spec.type)) + "; " + foundText(spec, text);
  if (spec.type != SettingType::Boolean || spec.secret) return why;
  for (const std::string_view word : {"yes", "on", "True", "TRUE", "1"}) {
    if (text == word) why += ", write true";
  }
  for (const std::string_view word : {"no", "off", "False", "FALSE", "0"}) {
    if (text == word) why += ", write false";
  }
  return why;
}

// What an empty value of the type is.
template <class Data>
void clear(Data& data, SettingType type) {
  switch (type) {
    case SettingType::Integer:
      data = std::int64_t{0};
      return;
    case SettingType::Boolean:
      data = false;
      return;
    case SettingType::Duration:
      data = std::chrono::milliseconds(0);
      return;
    case SettingType::Size:
      data = std::uint64_t{0};
      return;
    default:
      data = std::string();
  }
}

template <class Data, class Value>
bool assign(Data& data, std::optional<Value> value) {
  if (value) data = *value;
  return value.has_value();
}

// Whether `text` is of the type.
template <class Data>
bool setScalar(Data& data, SettingType type, const std::string& text) {
  switch (type) {
    case SettingType::Integer:
      return assign(data, parseInteger(text));
    case SettingType::Boolean:
      return assign(data, parseBoolean(text));
    case SettingType::Duration:
      return assign(data, parseDuration(text));
    case SettingType::Size:
      return assign(data, parseSize(text));
    default:
      data = text;
      return true;
  }
}

}  // namespace

void SectionReader::setDefault(Section::Value& value, const std::string& path,
                               const std::string& owner) {
  const Spec& spec = *value.spec;
  const std::string text = spec.defaultValue == nullptr ? "" : spec.defaultValue;
  switch (spec.type) {
    case SettingType::Map:
      value.data = read(nullptr, value.where, path, {{spec.fields, spec.fieldCount}, {}, owner});
      return;
    case SettingType::Maps:
    case SettingType::MapList:
      value.data = Section::Named<Section::SectionPtr>();
      return;
    case SettingType::Lists:
      value.data = Section::Named<std::vector<std::string>>();
      return;
    case SettingType::List:
      value.data = parseDefaultList(text);
      return;
    default:
      clear(value.data, spec.type);
  }
  if (spec.defaultValue == nullptr || setScalar(value.data, spec.type, text)) return;
  problems_.add(value.where, path,
                "the default " + shown(text) + " that " + owner + " declares must be " +
                    std::string(expected(spec.type)) + "; report this mistake to its author");
}

void SectionReader::readText(Section::Value& value, const Node& node, const std::string& path) {
  const Spec& spec = *value.spec;
  if (spec.secret) secrets_->add(node.text);
  if (node.text.find('\0') != std::string::npos) {
    problems_.add(node.where, path, "holds a NUL byte; remove it");
  } else if (node.text.empty() && spec.defaultValue == nullptr) {
    problems_.add(node.where, path, "must not be empty; write " + std::string(expected(spec.type)));
  } else if (!setScalar(value.data, spec.type, node.text)) {
    problems_.add(node.where, path, wrongText(spec, node.text));
  } else if (spec.type == SettingType::Repository) {
    checkRepository(node, path);
  }
}

void SectionReader::checkRepository(const Node& node, const std::string& path) {
  const auto& names = repositories_;
  if (names.empty() || std::find(names.begin(), names.end(), node.text) != names.end()) return;
  problems_.add(node.where, path,
                "no repository named " + shown(node.text) + "; there are: " + joined(names) +
                    suggestion(node.text, names));
}

void SectionReader::readSecretFile(Section::Value& value, const Node::Entry& file,
                                   const std::string& path) {
  const Node& node = *file.value;
  static constexpr Spec kPath{"", SettingType::Path, "", false, ""};
  const Position& where = node.kind == Node::Kind::Null ? file.where : node.where;
  value.where = where;
  if (!isKind(node, Node::Kind::Scalar, kPath, where, path)) return;
  if (node.text.empty()) return problems_.add(where, path, "must not be empty; write a path");
  auto secret = readSecret(node.text);
  if (!secret) return problems_.add(where, path, secret.error().message());
  if (secret->readableByAll) {
    problems_.warn(where, path,
                   "every user of this machine can read " + shown(node.text) +
                       "; let only the server's user read it (chmod o-r)");
  }
  secrets_->add(secret->secret);
  value.data = std::move(secret->secret);
}

}  // namespace larder::config
