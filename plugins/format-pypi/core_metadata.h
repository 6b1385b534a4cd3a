#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "larder/sdk/result.h"

namespace larder::pypi {

/// Core metadata, versions 1.0 to 2.6. An empty text or list is a field that is absent, empty or
/// "UNKNOWN". All text is valid UTF-8 without ASCII control characters other than line feed and
/// tab; only description and license have line feeds. Lengths are bounded by kMaxMetadataBytes
/// alone, except name, version and requiresPython.
struct CoreMetadata {
  std::string metadataVersion;  ///< "1.0" when the document has none.
  std::string name;
  std::string version;
  std::string summary;
  std::string description;
  std::string descriptionContentType;
  std::string keywords;
  std::string homePage;
  std::string downloadUrl;
  std::string author;
  std::string authorEmail;
  std::string maintainer;
  std::string maintainerEmail;
  std::string license;
  std::string licenseExpression;
  std::string requiresPython;
  std::vector<std::string> platforms;
  std::vector<std::string> supportedPlatforms;
  std::vector<std::string> classifiers;
  std::vector<std::string> licenseFiles;
  std::vector<std::string> dynamic;
  std::vector<std::string> requiresDist;
  std::vector<std::string> providesDist;
  std::vector<std::string> obsoletesDist;
  std::vector<std::string> requiresExternal;
  std::vector<std::string> providesExtra;
  std::vector<std::pair<std::string, std::string>> projectUrls;  ///< Label, URL; in order.
  std::vector<std::string> importNames;
  std::vector<std::string> importNamespaces;
  std::vector<std::string> requires_;  ///< 1.1's Requires, Provides, Obsoletes.
  std::vector<std::string> provides;
  std::vector<std::string> obsoletes;
};

/// The largest METADATA or PKG-INFO that is read.
inline constexpr std::size_t kMaxMetadataBytes = 8u << 20;
/// The longest Requires-Python, in bytes: it is repeated for every file of an index page.
inline constexpr std::size_t kMaxRequiresPython = 1000;

/// Reads METADATA or PKG-INFO the way installers do (Python's email parser): fields in any case and
/// order, folded lines, the body as description, UTF-8 or else Latin-1. Unknown and malformed lines
/// are passed over as there; of a repeated single field the first counts.
///
/// Errors: Invalid: no valid Name or Version; Name, Version or Requires-Python twice with different
/// values (readers would disagree); a metadata version other than 1.x and 2.x; a NUL; a
/// Requires-Python over kMaxRequiresPython; larger than kMaxMetadataBytes. The text is fit for the
/// client.
sdk::Result<CoreMetadata> parseCoreMetadata(std::string_view document);

}  // namespace larder::pypi
