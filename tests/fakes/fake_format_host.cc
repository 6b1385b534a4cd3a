#include "tests/fakes/fake_format_host.h"

#include "core/content/digests.h"

namespace larder::test {

sdk::Result<sdk::BlobRef> FakeBlobs::put(sdk::Context& ctx, sdk::Content& content,
                                         std::string_view sha256, std::string_view contentType) {
  LARDER_TRY(content.rewind());
  LARDER_TRY_ASSIGN(const std::string bytes, readAll(content));
  const std::string real = content::digestOf(sdk::DigestAlgorithm::Sha256, bytes);
  if (real != sha256) {
    return sdk::Error(sdk::Errc::Corrupt, "the content has the SHA-256 " + real + ", stated was " +
                                              std::string(sha256));
  }
  LARDER_TRY(content.rewind());
  const std::string key = "blobs/sha256/" + real.substr(0, 2) + "/" + real;
  LARDER_TRY(faulty_.put(ctx, key, content, {.contentType = contentType}));
  return sdk::BlobRef{key, real, bytes.size()};
}

FakeJournal& FakeFormatHost::journal(std::string_view name) {
  auto journals = journals_.lock();
  auto& slot = (*journals)[std::string(name)];
  if (!slot) slot = std::make_unique<FakeJournal>(std::string(name), format_, faults());
  return *slot;
}

sdk::Result<std::vector<std::string>> FakeFormatHost::journals(sdk::Context&) {
  std::vector<std::string> names;
  for (const auto& [name, journal] : *journals_.lock()) {
    if (journal->head() > 0) names.push_back(name);
  }
  return names;
}

}  // namespace larder::test
