#include "distribution_filename.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "any_version.h"
#include "ascii.h"
#include "project_name.h"

namespace larder::pypi {
namespace {

namespace sdk = larder::sdk;

struct Extension {
  std::string_view text;
  PackageKind kind;
};

constexpr Extension kExtensions[] = {
    {".whl", PackageKind::Wheel},     {".tar.gz", PackageKind::Sdist},
    {".zip", PackageKind::Sdist},     {".tgz", PackageKind::Sdist},
    {".tar.bz2", PackageKind::Sdist}, {".tbz", PackageKind::Sdist},
    {".tar.xz", PackageKind::Sdist},  {".tar", PackageKind::Sdist},
    {".egg", PackageKind::Egg},       {".exe", PackageKind::WindowsInstaller},
};

sdk::Error invalid(std::string_view filename, std::string_view why) {
  return {sdk::Errc::Invalid, "the file name '" + std::string(filename) + "' " + std::string(why)};
}

bool isFilenameCharacter(char c) {
  return isAlnum(c) || std::string_view("._+!~@=-").find(c) != std::string_view::npos;
}

/// Never echoes a name it does not trust.
sdk::Result<void> checkCharacters(std::string_view filename) {
  if (filename.size() > kMaxFilename) {
    return sdk::Error(sdk::Errc::Invalid, "the file name is " + std::to_string(filename.size()) +
                                              " bytes long, at most " +
                                              std::to_string(kMaxFilename) + " are allowed");
  }
  if (!std::all_of(filename.begin(), filename.end(), isFilenameCharacter)) {
    return sdk::Error(sdk::Errc::Invalid,
                      "the file name has characters other than ASCII letters, digits and ._+!~@=-");
  }
  if (filename.empty() || filename.front() == '.') {
    return sdk::Error(sdk::Errc::Invalid, "the file name is empty or begins with a dot");
  }
  return {};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  for (std::size_t end; (end = text.find(separator, start)) != text.npos; start = end + 1) {
    parts.push_back(text.substr(start, end - start));
  }
  parts.push_back(text.substr(start));
  return parts;
}

bool isTagSet(std::string_view tags) {
  const auto parts = split(tags, '.');
  return std::all_of(parts.begin(), parts.end(), [](std::string_view tag) {
    return !tag.empty() &&
           std::all_of(tag.begin(), tag.end(), [](char c) { return isAlnum(c) || c == '_'; });
  });
}

/// Wheels write '_' for '-'. Undone where it cannot be a PEP 440 version that was misspelled:
/// "1.0_1" is wrong for 1.0.post1, "0.1.0_2_g185e630" is what git said. Without a digit at its
/// beginning it is rather a part of the name.
std::optional<std::string> wheelVersion(std::string_view written) {
  if (!isVersionText(written)) return std::nullopt;
  if (Version::parse(written)) return std::string(written);
  std::string version(written);
  std::replace(version.begin(), version.end(), '_', '-');
  const std::size_t first = version.find_first_not_of("vV");
  if (Version::parse(version) || first > 1 || !isDigit(version[first])) return std::nullopt;
  return version;
}

sdk::Result<DistributionFilename> parseWheel(std::string_view stem, DistributionFilename file) {
  auto parts = split(stem, '-');
  if (parts.size() != 5 && parts.size() != 6) {
    return invalid(file.filename,
                   "has " + std::to_string(parts.size()) +
                       " parts between dashes; a wheel's is name-version[-build]-python-abi-"
                       "platform.whl, with '_' for a dash in the name");
  }
  file.name = parts[0];
  if (!isProjectName(file.name) || file.name.find("__") != file.name.npos) {
    return invalid(file.filename, "does not begin with a project name");
  }
  const auto version = wheelVersion(parts[1]);
  if (!version) {
    return invalid(file.filename, "has no version where one should be: '" + std::string(parts[1]) +
                                      "' is none of PEP 440");
  }
  file.version = *version;
  if (parts.size() == 6) {
    file.build = parts[2];
    if (file.build.empty() || !isDigit(file.build.front())) {
      return invalid(file.filename,
                     "has the build tag '" + file.build + "', which must begin with a digit");
    }
    parts.erase(parts.begin() + 2);
  }
  if (!std::all_of(parts.begin() + 2, parts.end(), isTagSet)) {
    return invalid(file.filename, "has an empty or malformed python, abi or platform tag");
  }
  file.python = parts[2];
  file.abi = parts[3];
  file.platform = parts[4];
  return file;
}

/// Cuts "-py2.7" or, of an egg, "-py2.7-linux-x86_64" off the stem.
void takePythonSuffix(std::string_view& stem, DistributionFilename& file) {
  for (std::size_t at = stem.rfind("-py"); at != stem.npos && at > 0;
       at = stem.rfind("-py", at - 1)) {
    const std::string_view rest = stem.substr(at + 3);
    const std::size_t dash = rest.find('-');
    const std::string_view python = rest.substr(0, dash);
    if (!isStable(python) || (dash != rest.npos && file.kind != PackageKind::Egg)) continue;
    if (dash != rest.npos) file.platform = rest.substr(dash + 1);
    file.python = python;
    stem = stem.substr(0, at);
    return;
  }
}

using NameAndVersion = std::pair<std::string_view, std::string_view>;

/// All ways to read "a-b-c" as name and version, the shortest name first.
std::vector<NameAndVersion> splits(std::string_view stem) {
  std::vector<NameAndVersion> all;
  for (std::size_t dash = stem.find('-'); dash != stem.npos; dash = stem.find('-', dash + 1)) {
    const NameAndVersion candidate{stem.substr(0, dash), stem.substr(dash + 1)};
    if (isProjectName(candidate.first) && isVersionText(candidate.second)) all.push_back(candidate);
  }
  return all;
}

bool fits(const NameAndVersion& candidate, NameHint hint) {
  if (hint.project.empty() && hint.version.empty()) return false;
  return (hint.project.empty() || normalizeName(candidate.first) == normalizeName(hint.project)) &&
         (hint.version.empty() || AnyVersion(candidate.second) == AnyVersion(hint.version));
}

bool startsWithVersion(const NameAndVersion& candidate) {
  return Version::parse(candidate.second.substr(0, candidate.second.find('-'))).has_value();
}

std::optional<NameAndVersion> chooseSplit(std::string_view stem, NameHint hint) {
  const auto all = splits(stem);
  const auto first = [&all](auto&& predicate) -> const NameAndVersion* {
    const auto found = std::find_if(all.begin(), all.end(), predicate);
    return found == all.end() ? nullptr : &*found;
  };
  for (const NameHint tried : {hint, NameHint{hint.project, {}}}) {
    if (const auto* found = first([&](const auto& c) { return fits(c, tried); })) return *found;
  }
  if (const auto* found = first(startsWithVersion)) return *found;
  if (const auto* found = first([](const auto& c) { return isDigit(c.second.front()); })) {
    return *found;
  }
  if (all.empty()) return std::nullopt;
  return all.back();
}

}  // namespace

std::string_view packageType(PackageKind kind) noexcept {
  switch (kind) {
    case PackageKind::Sdist:
      return "sdist";
    case PackageKind::Wheel:
      return "bdist_wheel";
    case PackageKind::Egg:
      return "bdist_egg";
    case PackageKind::WindowsInstaller:
      return "bdist_wininst";
  }
  return "";
}

std::string DistributionFilename::pythonVersion() const {
  if (kind == PackageKind::Sdist) return "source";
  return python.empty() ? "any" : python;
}

sdk::Result<DistributionFilename> parseDistributionFilename(std::string_view filename,
                                                            NameHint hint) {
  LARDER_TRY(checkCharacters(filename));
  const auto extension =
      std::find_if(std::begin(kExtensions), std::end(kExtensions),
                   [&](const Extension& e) { return filename.ends_with(e.text); });
  if (extension == std::end(kExtensions)) {
    return invalid(filename,
                   "has none of the extensions .whl .tar.gz .zip .tgz .tar.bz2 .tbz .tar.xz .tar "
                   ".egg .exe");
  }
  DistributionFilename file;
  file.filename = filename;
  file.kind = extension->kind;
  file.extension = extension->text;
  std::string_view stem = filename.substr(0, filename.size() - extension->text.size());
  if (file.kind == PackageKind::Wheel) return parseWheel(stem, std::move(file));

  takePythonSuffix(stem, file);
  const auto chosen = chooseSplit(stem, hint);
  if (!chosen) return invalid(filename, "is not made of a project name, a dash and a version");
  file.name = chosen->first;
  file.version = chosen->second;
  return file;
}

bool namesRelease(std::string_view nameAndVersion, std::string_view project,
                  std::string_view version) {
  const auto all = splits(nameAndVersion);
  return std::any_of(all.begin(), all.end(), [&](const NameAndVersion& candidate) {
    return fits(candidate, {project, version});
  });
}

std::strong_ordering compareBuilds(std::string_view a, std::string_view b) {
  const auto key = [](std::string_view build) {
    const auto digits = std::find_if_not(build.begin(), build.end(), isDigit);
    const auto number =
        withoutLeadingZeros(build.substr(0, static_cast<std::size_t>(digits - build.begin())));
    return std::tuple(number.size(), number,
                      build.substr(static_cast<std::size_t>(digits - build.begin())));
  };
  return key(a) <=> key(b);
}

}  // namespace larder::pypi
