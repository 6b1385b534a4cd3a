#pragma once

/// @file
/// The journal's objects as bytes. Entries and manifests are JSON documents of the form
/// {"sha256":"<of the body's bytes>","body":{…}}, so that any flipped bit is noticed.
/// Texts that are not UTF-8 are written as {"hex":"…"}.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/repository.h"

namespace larder::repo {

/// One step of a journal: changes made together.
struct Entry {
  std::string journal;
  std::uint64_t number = 0;
  std::string nonce;  ///< The writer's: tells an own entry from another's.
  std::string host;
  std::int64_t time = 0;             ///< Seconds since 1970.
  std::vector<sdk::Change> changes;  ///< Of distinct keys.
};

/// A record with the number of the entry that wrote it.
struct StoredRecord {
  std::string key;
  std::string value;
  std::uint64_t revision = 0;
};

/// Part of a checkpoint: the records from `first` to `last`, in byte order of keys.
struct Shard {
  sdk::BlobRef blob;
  std::string first;
  std::string last;
  std::uint64_t count = 0;
};

/// A checkpoint: all records after entry `position`.
struct Manifest {
  std::string journal;
  std::uint64_t position = 0;
  std::int64_t time = 0;      ///< Seconds since 1970.
  std::vector<Shard> shards;  ///< In order of keys.
};

/// RFC 3339 in UTC, and back. Errors: Corrupt.
std::string timeText(std::int64_t seconds);
sdk::Result<std::int64_t> timeOf(const std::string& text);

std::string encode(const Entry& entry);
std::string encode(const Manifest& manifest);
/// Equal records give equal bytes.
std::string encode(std::span<const StoredRecord> records);

/// Errors: Corrupt.
sdk::Result<Entry> decodeEntry(std::string_view bytes);
sdk::Result<Manifest> decodeManifest(std::string_view bytes);
sdk::Result<std::vector<StoredRecord>> decodeRecords(std::string_view bytes);

}  // namespace larder::repo
