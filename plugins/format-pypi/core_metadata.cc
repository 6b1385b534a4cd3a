#include "core_metadata.h"

#include <algorithm>
#include <optional>

#include "any_version.h"
#include "ascii.h"
#include "escape.h"
#include "header_fields.h"
#include "project_name.h"

namespace larder::pypi {
namespace {

namespace sdk = larder::sdk;

struct SingleField {
  std::string_view name;
  std::string CoreMetadata::*member;
  bool decides = false;  ///< Installers act on it: two different values are refused.
  bool manyLines = false;
};

constexpr SingleField kSingle[] = {
    {"metadata-version", &CoreMetadata::metadataVersion},
    {"name", &CoreMetadata::name, true},
    {"version", &CoreMetadata::version, true},
    {"summary", &CoreMetadata::summary},
    {"description", &CoreMetadata::description, false, true},
    {"description-content-type", &CoreMetadata::descriptionContentType},
    {"keywords", &CoreMetadata::keywords},
    {"home-page", &CoreMetadata::homePage},
    {"download-url", &CoreMetadata::downloadUrl},
    {"author", &CoreMetadata::author},
    {"author-email", &CoreMetadata::authorEmail},
    {"maintainer", &CoreMetadata::maintainer},
    {"maintainer-email", &CoreMetadata::maintainerEmail},
    {"license", &CoreMetadata::license, false, true},
    {"license-expression", &CoreMetadata::licenseExpression},
    {"requires-python", &CoreMetadata::requiresPython, true},
};

struct MultipleField {
  std::string_view name;
  std::vector<std::string> CoreMetadata::*member;
};

constexpr MultipleField kMultiple[] = {
    {"platform", &CoreMetadata::platforms},
    {"supported-platform", &CoreMetadata::supportedPlatforms},
    {"classifier", &CoreMetadata::classifiers},
    {"license-file", &CoreMetadata::licenseFiles},
    {"dynamic", &CoreMetadata::dynamic},
    {"requires-dist", &CoreMetadata::requiresDist},
    {"provides-dist", &CoreMetadata::providesDist},
    {"obsoletes-dist", &CoreMetadata::obsoletesDist},
    {"requires-external", &CoreMetadata::requiresExternal},
    {"provides-extra", &CoreMetadata::providesExtra},
    {"import-name", &CoreMetadata::importNames},
    {"import-namespace", &CoreMetadata::importNamespaces},
    {"requires", &CoreMetadata::requires_},
    {"provides", &CoreMetadata::provides},
    {"obsoletes", &CoreMetadata::obsoletes},
};

bool isControl(char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }

/// A folded value on one line: what folding put in is one blank.
std::string onOneLine(std::string_view value) {
  const std::string text = toUtf8(trim(value));
  std::string line;
  line.reserve(text.size());
  bool folding = false;
  for (char c : text) {
    if (c == '\n' || c == '\r') folding = true;
    if (folding && isBlank(c)) continue;
    if (folding) line += ' ';
    folding = false;
    line += isControl(c) && c != '\t' ? ' ' : c;
  }
  return line;
}

/// What tools before metadata 2.1 put before each further line of a description.
std::string_view withoutIndent(std::string_view line) {
  if (line.starts_with("       |")) return line.substr(8);
  return line.substr(std::min({line.find_first_not_of(' '), line.size(), std::size_t{8}}));
}

std::string onManyLines(std::string_view value, bool indented) {
  const std::string text = toUtf8(value);
  std::string lines;
  lines.reserve(text.size());
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
    const std::string_view line = rest.substr(0, end);
    for (char c : indented && !lines.empty() ? withoutIndent(line) : line) {
      lines += isControl(c) && c != '\t' ? ' ' : c;
    }
    if (end < rest.size()) lines += '\n';
    rest.remove_prefix(end == rest.size() ? end
                                          : end + (rest.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  return lines;
}

bool isAbsent(std::string_view value) {
  value = trim(value);
  return value.empty() || value == "UNKNOWN";
}

sdk::Error invalid(std::string why) { return {sdk::Errc::Invalid, std::move(why)}; }

/// Collects fields; the first problem stays.
class Reader {
 public:
  void take(std::string_view fieldName, std::string_view value) {
    const std::string name = toLower(fieldName);
    for (const SingleField& field : kSingle) {
      if (field.name == name) return takeSingle(field, value);
    }
    for (const MultipleField& field : kMultiple) {
      if (field.name == name) return takeMultiple(field, value);
    }
    if (name == "project-url" && !isAbsent(value)) takeProjectUrl(onOneLine(value));
  }

  void takeBody(std::string_view body) {
    if (!isAbsent(body)) metadata_.description = onManyLines(body, false);
  }

  sdk::Result<CoreMetadata> finish() && {
    if (problem_) return *std::move(problem_);
    LARDER_TRY(checkMetadataVersion());
    if (!isProjectName(metadata_.name)) {
      return metadata_.name.empty()
                 ? invalid("the metadata has no Name")
                 : invalid("the metadata's Name is " + inQuotes(metadata_.name) +
                           "; a name is ASCII letters, digits and ._- between them, at most " +
                           std::to_string(kMaxProjectName));
    }
    if (!isVersionText(metadata_.version)) {
      return metadata_.version.empty()
                 ? invalid("the metadata has no Version")
                 : invalid("the metadata's Version is " + inQuotes(metadata_.version) +
                           ", which is no version");
    }
    if (metadata_.requiresPython.size() > kMaxRequiresPython) {
      return invalid("the metadata's Requires-Python is " +
                     std::to_string(metadata_.requiresPython.size()) + " bytes long, at most " +
                     std::to_string(kMaxRequiresPython) + " are allowed");
    }
    return std::move(metadata_);
  }

 private:
  void takeSingle(const SingleField& field, std::string_view value) {
    std::string& member = metadata_.*field.member;
    // A project may be called UNKNOWN; nothing else may.
    if (field.member == &CoreMetadata::name ? trim(value).empty() : isAbsent(value)) return;
    std::string text = field.manyLines ? onManyLines(value, true) : onOneLine(value);
    if (member.empty()) {
      member = std::move(text);
    } else if (field.decides && member != text && !problem_) {
      problem_ = invalid("the metadata has '" + std::string(field.name) +
                         "' twice: " + inQuotes(member) + " and " + inQuotes(text));
    }
  }

  void takeMultiple(const MultipleField& field, std::string_view value) {
    // "Import-Name:" without a value says that there is none to import.
    const bool emptyMeansSomething = field.member == &CoreMetadata::importNames;
    if (isAbsent(value) && !(emptyMeansSomething && value.empty())) return;
    (metadata_.*field.member).push_back(onOneLine(value));
  }

  void takeProjectUrl(const std::string& value) {
    const std::size_t comma = value.find(',');
    const std::string_view text = value;
    if (comma == text.npos) {
      metadata_.projectUrls.emplace_back("", trim(text));
    } else {
      metadata_.projectUrls.emplace_back(trim(text.substr(0, comma)), trim(text.substr(comma + 1)));
    }
  }

  /// A newer minor version only adds fields, which are passed over.
  sdk::Result<void> checkMetadataVersion() {
    std::string& version = metadata_.metadataVersion;
    if (version.empty()) version = "1.0";
    const std::string_view text = version;
    const bool known = text.size() > 2 && (text.front() == '1' || text.front() == '2') &&
                       text[1] == '.' && isDigits(text.substr(2));
    if (known) return {};
    return invalid("the metadata version is " + inQuotes(version) + ", known are 1.0 to 2.6");
  }

  CoreMetadata metadata_;
  std::optional<sdk::Error> problem_;
};

}  // namespace

sdk::Result<CoreMetadata> parseCoreMetadata(std::string_view document) {
  if (document.size() > kMaxMetadataBytes) {
    return invalid("the metadata is " + std::to_string(document.size()) + " bytes long, at most " +
                   std::to_string(kMaxMetadataBytes) + " are read");
  }
  if (document.find('\0') != document.npos) return invalid("the metadata has a NUL in it");
  Reader reader;
  const std::string_view body = forEachField(
      document,
      [&reader](std::string_view name, std::string_view value) { reader.take(name, value); });
  reader.takeBody(body);
  return std::move(reader).finish();
}

}  // namespace larder::pypi
