#pragma once

#include <memory>
#include <string>

#include "claims.h"
#include "publication.h"
#include "services.h"

namespace larder::pypi {

/// Uploads, by form to any of the addresses clients know, or to the address of a file.
class Upload {
 public:
  explicit Upload(Services& services);

  sdk::Result<sdk::Response> byForm(sdk::Context& ctx, sdk::Request& request);
  sdk::Result<sdk::Response> byAddress(sdk::Context& ctx, sdk::Request& request);

 private:
  sdk::Result<sdk::Response> receive(sdk::Context& ctx, sdk::Request& request,
                                     const UploadAddress& address);
  sdk::Result<FileRecord> describe(const sdk::Request& request, const UploadForm& form,
                                   const Distribution& file);
  sdk::Result<void> store(sdk::Context& ctx, const UploadForm& form, const Distribution& file,
                          FileRecord& record);
  sdk::Result<StoredBlob> storeMetadata(sdk::Context& ctx, const std::string& metadata);
  sdk::Result<PublicationOutcome> publish(sdk::Context& ctx, const UploadForm& form,
                                          const Distribution& file, Publication publication);
  void report(const sdk::Request& request, const PublicationOutcome& outcome);

  Services& services_;
  sdk::Counter& published_;
  sdk::Counter& unchanged_;
  sdk::Counter& replaced_;
};

}  // namespace larder::pypi
