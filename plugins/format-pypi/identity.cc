#include "identity.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "any_version.h"
#include "ascii.h"
#include "distribution_filename.h"

namespace larder::pypi {
namespace {

std::string versionPart(std::string_view text) {
  const AnyVersion version(text);
  if (version.standard()) return version.standard()->canonical();
  std::string folded = toLower(version.text());
  std::replace(folded.begin(), folded.end(), '_', '-');
  return folded;
}

/// "1" for "01": installers compare the number.
std::string buildPart(std::string_view build) {
  const auto end = std::find_if_not(build.begin(), build.end(), isDigit);
  const auto digits = static_cast<std::size_t>(end - build.begin());
  std::string text(withoutLeadingZeros(build.substr(0, digits)));
  return text.append(build.substr(digits));
}

/// "py2.py3" is the same set as "py3.py2".
std::string tagPart(std::string_view tags) {
  const std::string lower = toLower(tags);
  std::set<std::string_view> set;
  for (std::string_view rest = lower; !rest.empty();) {
    const std::size_t end = std::min(rest.find('.'), rest.size());
    set.insert(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::string text;
  for (const std::string_view tag : set) text.append(text.empty() ? "" : ".").append(tag);
  return text;
}

std::string_view extensionPart(std::string_view extension) {
  if (extension == ".tgz") return ".tar.gz";
  if (extension == ".tbz") return ".tar.bz2";
  return extension;
}

std::string kindPart(const DistributionFilename& file) {
  if (file.kind == PackageKind::Wheel) {
    const std::string build = file.build.empty() ? "" : buildPart(file.build) + "-";
    return build + tagPart(file.python) + "-" + tagPart(file.abi) + "-" + tagPart(file.platform);
  }
  std::string text = file.python.empty() ? std::string("any") : "py" + file.python;
  if (file.kind == PackageKind::Sdist && file.python.empty()) text = "source";
  if (!file.platform.empty()) text += "-" + toLower(file.platform);
  return text;
}

}  // namespace

std::string identityOf(const FileRecord& file) {
  const auto parsed = parseDistributionFilename(file.filename, {file.name, file.version});
  if (!parsed) return file.filename;  // Nothing that was published; itself, then.
  return versionPart(file.version) + "/" + kindPart(*parsed) +
         std::string(extensionPart(parsed->extension));
}

}  // namespace larder::pypi
