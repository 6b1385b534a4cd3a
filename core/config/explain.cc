#include "core/config/explain.h"

#include <algorithm>
#include <sstream>
#include <vector>

#include "core/config/values.h"

namespace larder::config {

namespace {

// A setting and, below it, those of its maps: "log.level", "users.NAME.password", "grants[].verbs".
struct Row {
  std::string name;
  const sdk::SettingSpec* spec;
};

void collect(const std::string& prefix, std::span<const sdk::SettingSpec> specs,
             std::vector<Row>& rows) {
  for (const sdk::SettingSpec& spec : specs) {
    const std::string name = prefix + spec.name;
    rows.push_back({name, &spec});
    const std::span<const sdk::SettingSpec> fields(spec.fields, spec.fieldCount);
    switch (spec.type) {
      case sdk::SettingType::Map:
        collect(name + '.', fields, rows);
        break;
      case sdk::SettingType::Maps:
        collect(name + ".NAME.", fields, rows);
        break;
      case sdk::SettingType::MapList:
        collect(name + "[].", fields, rows);
        break;
      default:
        break;
    }
  }
}

bool isNested(const sdk::SettingSpec& spec) {
  return spec.type == sdk::SettingType::Map || spec.type == sdk::SettingType::Maps ||
         spec.type == sdk::SettingType::Lists || spec.type == sdk::SettingType::MapList;
}

std::string defaultText(const sdk::SettingSpec& spec) {
  if (spec.defaultValue == nullptr) return "required";
  if (isNested(spec)) return "";
  const std::string_view text = spec.defaultValue;
  if (spec.type == sdk::SettingType::List && text.empty()) return "[]";
  return text.empty() ? "\"\"" : std::string(text);
}

void wrap(std::ostream& out, std::string_view text, std::size_t width) {
  constexpr std::string_view kIndent = "      ";
  std::istringstream words{std::string(text)};
  std::size_t column = 0;
  for (std::string word; words >> word;) {
    if (column == 0 || column + 1 + word.size() > width) {
      if (column > 0) out << '\n';
      out << kIndent << word;
      column = kIndent.size() + word.size();
    } else {
      out << ' ' << word;
      column += 1 + word.size();
    }
  }
  if (column > 0) out << '\n';
}

// '|' would end a cell, also inside backquotes.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string code(std::string_view text) {
  return text.empty() ? "" : '`' + std::string(text) + '`';
}

}  // namespace

std::string explain(std::string_view title, std::span<const sdk::SettingSpec> specs,
                    std::size_t width) {
  std::vector<Row> rows;
  collect("", specs, rows);
  std::ostringstream out;
  out << title << '\n';
  if (rows.empty()) out << "  has no settings\n";
  for (const Row& row : rows) {
    out << "\n  " << row.name << ": " << typeName(row.spec->type);
    const std::string otherwise = defaultText(*row.spec);
    if (otherwise == "required") {
      out << ", required";
    } else if (!otherwise.empty()) {
      out << ", default " << otherwise;
    }
    if (row.spec->secret) out << ", secret (or " << row.spec->name << "_file)";
    out << '\n';
    wrap(out, row.spec->help, std::max<std::size_t>(width, 20));
  }
  return out.str();
}

std::string explainMarkdown(std::string_view title, std::span<const sdk::SettingSpec> specs) {
  std::vector<Row> rows;
  collect("", specs, rows);
  std::string out = "## " + std::string(title) + "\n\n";
  if (rows.empty()) return out + "No settings.\n";
  out += "| setting | type | default | what it does |\n| --- | --- | --- | --- |\n";
  for (const Row& row : rows) {
    const std::string otherwise = defaultText(*row.spec);
    std::string help = row.spec->help;
    if (row.spec->secret) {
      help += " Secret: may be given as `" + std::string(row.spec->name) + "_file`.";
    }
    out += "| `" + row.name + "` | " + std::string(typeName(row.spec->type)) + " | " +
           (otherwise == "required" ? "required" : code(cell(otherwise))) + " | " + cell(help) +
           " |\n";
  }
  return out;
}

}  // namespace larder::config
