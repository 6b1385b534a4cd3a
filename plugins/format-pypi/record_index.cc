#include "record_index.h"

#include <string>
#include <utility>

#include "records.h"

namespace larder::pypi {
namespace {

sdk::Error corrupt(std::string_view key, std::string_view why) {
  return {sdk::Errc::Corrupt, "record " + std::string(key) + ": " + std::string(why)};
}

sdk::BlobUse use(const StoredBlob& blob, std::string label) {
  return {blob.key, blob.sha256, blob.size, std::move(label)};
}

sdk::Result<sdk::Indexed> indexFile(std::string_view key, std::string_view record) {
  LARDER_TRY_ASSIGN(const auto file, parseFile(record));
  if (key != fileKey(file.project, file.filename)) {
    return corrupt(key, "is about " + file.filename + " of " + file.project);
  }
  const std::string label = file.project + " " + file.version + ": " + file.filename;
  sdk::Indexed indexed;
  indexed.blobs.push_back(use(file.content, label));
  if (file.metadata) indexed.blobs.push_back(use(*file.metadata, label + ".metadata"));
  return indexed;
}

template <class Record>
sdk::Result<sdk::Indexed> nothingBut(const sdk::Result<Record>& parsed) {
  if (!parsed) return parsed.error();
  return sdk::Indexed{};
}

}  // namespace

sdk::Result<sdk::Indexed> indexRecord(std::string_view journal, std::string_view key,
                                      std::string_view record) {
  if (journal != kJournal) return corrupt(key, "is in the unknown journal " + std::string(journal));
  if (key.starts_with("f/")) return indexFile(key, record);
  if (key.starts_with("p/")) return nothingBut(parseProject(record));
  if (key.starts_with("y/")) return nothingBut(parseYank(record));
  if (key.starts_with("i/")) return nothingBut(parseIdentity(record));
  if (key.starts_with("t/")) return nothingBut(parseTombstone(record));
  return corrupt(key, "is of no known kind");
}

}  // namespace larder::pypi
