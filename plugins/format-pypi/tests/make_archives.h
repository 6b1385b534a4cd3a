#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::pypi::test {

using Members = std::vector<std::pair<std::string, std::string>>;  // Name, content.

/// A zip with its members stored uncompressed.
std::string makeZip(const Members& members);

/// A gzip-ed tar.
std::string makeTarGz(const Members& members);

/// "Name: …" lines as a metadata document; `more` is appended as it is.
std::string metadataText(std::string_view name, std::string_view version,
                         std::string_view more = {});

/// A wheel with METADATA, WHEEL and RECORD; the distribution is "<name>-<version>" in file names.
std::string makeWheel(std::string_view stem, std::string_view metadata,
                      std::string_view payload = "pass\n");

/// An sdist with PKG-INFO; an empty `metadata` leaves it out.
std::string makeSdist(std::string_view stem, std::string_view metadata,
                      std::string_view payload = "pass\n");

}  // namespace larder::pypi::test
