#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services.h"

namespace larder::pypi {

/// Downloads. Two addresses give the same bytes: /files/<project>/<sha256>/<filename>, behind which
/// they never change, and /api/package/<project>/<filename>, behind which a file may be replaced.
/// ".metadata" after either is the METADATA of a wheel (PEP 658).
class Files {
 public:
  explicit Files(Services& services) : services_(services) {}

  std::optional<sdk::Response> fastByDigest(sdk::Request& request);
  sdk::Result<sdk::Response> byDigest(sdk::Context& ctx, sdk::Request& request);
  std::optional<sdk::Response> fastByName(sdk::Request& request);
  sdk::Result<sdk::Response> byName(sdk::Context& ctx, sdk::Request& request);

 private:
  /// An empty digest means whichever file has the name. Errors: NotFound, Corrupt; Forbidden while
  /// the project is quarantined.
  sdk::Result<sdk::BlobBody> find(sdk::Context& ctx, const std::string& project,
                                  std::string_view sha256, std::string_view filename);
  std::optional<sdk::BlobBody> findNow(const sdk::Request& request, std::string_view sha256);
  sdk::Result<sdk::Response> serve(sdk::Context& ctx, sdk::Request& request,
                                   std::string_view sha256);
  sdk::Response answer(const sdk::Request& request, sdk::BlobBody blob, bool immutable) const;

  Services& services_;
};

}  // namespace larder::pypi
