#include "core/repo/codec.h"

#include <array>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "core/base/hex.h"
#include "core/base/utf8.h"
#include "core/content/digests.h"

namespace larder::repo {
namespace {

using nlohmann::json;
using sdk::Errc;
using sdk::Error;
using sdk::Result;

constexpr std::string_view kDigest = "{\"sha256\":\"";
constexpr std::string_view kBody = "\",\"body\":";
constexpr std::size_t kDigestLength = 64;

std::string sha256Of(std::string_view bytes) {
  return content::digestOf(sdk::DigestAlgorithm::Sha256, bytes);
}

std::string fromHex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

json text(std::string_view bytes) {
  if (findInvalidUtf8(bytes) == std::string_view::npos) return bytes;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  return {{"hex", toHex(std::span(data, bytes.size()))}};
}

std::string bytesOf(const json& text) {
  return text.is_object() ? fromHex(text.at("hex").get<std::string>()) : text.get<std::string>();
}

std::string sealed(const json& body) {
  const std::string bytes = body.dump();
  std::string whole(kDigest);
  whole.append(sha256Of(bytes)).append(kBody).append(bytes).append("}\n");
  return whole;
}

/// The one place where the JSON library's exceptions end.
template <class Read>
auto decoded(std::string_view what, Read read) -> Result<decltype(read())> {
  try {
    return read();
  } catch (const std::exception& e) {
    return Error(Errc::Corrupt, std::string(what) + " cannot be read: " + e.what());
  }
}

Result<std::string_view> unsealed(std::string_view what, std::string_view whole) {
  const std::size_t start = kDigest.size() + kDigestLength + kBody.size();
  if (whole.size() < start + 2 || !whole.starts_with(kDigest) || !whole.ends_with("}\n") ||
      whole.substr(kDigest.size() + kDigestLength, kBody.size()) != kBody) {
    return Error(Errc::Corrupt, std::string(what) + " has not the form of one");
  }
  const std::string_view body = whole.substr(start, whole.size() - start - 2);
  const std::string found = sha256Of(body);
  if (whole.substr(kDigest.size(), kDigestLength) != found) {
    return Error(Errc::Corrupt, std::string(what) + " is damaged: its digest is " + found +
                                    ", it states " +
                                    std::string(whole.substr(kDigest.size(), kDigestLength)));
  }
  return body;
}

std::int64_t timeFrom(const json& from) {
  const auto time = timeOf(from.at("time").get<std::string>());
  if (!time) throw std::invalid_argument(time.error().message());
  return *time;
}

sdk::Change changeOf(const json& from) {
  sdk::Change change{bytesOf(from.at("key")), std::nullopt};
  if (!from.at("value").is_null()) change.value = bytesOf(from.at("value"));
  return change;
}

Shard shardOf(const json& from) {
  return {{from.at("key"), from.at("sha256"), from.at("size")},
          bytesOf(from.at("first")),
          bytesOf(from.at("last")),
          from.at("count")};
}

}  // namespace

std::string timeText(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

Result<std::int64_t> timeOf(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end == nullptr || *end != '\0') {
    return Error(Errc::Corrupt, "\"" + text + "\" is no time");
  }
  return std::int64_t{::timegm(&parts)};
}

std::string encode(const Entry& entry) {
  json changes = json::array();
  for (const sdk::Change& change : entry.changes) {
    changes.push_back(
        {{"key", text(change.key)}, {"value", change.value ? text(*change.value) : json(nullptr)}});
  }
  return sealed({{"journal", text(entry.journal)},
                 {"number", entry.number},
                 {"nonce", entry.nonce},
                 {"host", text(entry.host)},
                 {"time", timeText(entry.time)},
                 {"changes", std::move(changes)}});
}

std::string encode(const Manifest& manifest) {
  json shards = json::array();
  for (const Shard& shard : manifest.shards) {
    shards.push_back({{"key", shard.blob.key},
                      {"sha256", shard.blob.sha256},
                      {"size", shard.blob.size},
                      {"first", text(shard.first)},
                      {"last", text(shard.last)},
                      {"count", shard.count}});
  }
  return sealed({{"journal", text(manifest.journal)},
                 {"position", manifest.position},
                 {"time", timeText(manifest.time)},
                 {"shards", std::move(shards)}});
}

std::string encode(std::span<const StoredRecord> records) {
  std::string lines;
  for (const StoredRecord& record : records) {
    lines += json({{"key", text(record.key)},
                   {"revision", record.revision},
                   {"value", text(record.value)}})
                 .dump();
    lines += '\n';
  }
  return lines;
}

Result<Entry> decodeEntry(std::string_view bytes) {
  LARDER_TRY_ASSIGN(const std::string_view body, unsealed("journal entry", bytes));
  return decoded("journal entry", [&] {
    const json from = json::parse(body);
    Entry entry{bytesOf(from.at("journal")), from.at("number"), from.at("nonce"),
                bytesOf(from.at("host")),    timeFrom(from),    {}};
    for (const json& change : from.at("changes")) entry.changes.push_back(changeOf(change));
    return entry;
  });
}

Result<Manifest> decodeManifest(std::string_view bytes) {
  LARDER_TRY_ASSIGN(const std::string_view body, unsealed("checkpoint", bytes));
  return decoded("checkpoint", [&] {
    const json from = json::parse(body);
    Manifest manifest{bytesOf(from.at("journal")), from.at("position"), timeFrom(from), {}};
    for (const json& shard : from.at("shards")) manifest.shards.push_back(shardOf(shard));
    return manifest;
  });
}

Result<std::vector<StoredRecord>> decodeRecords(std::string_view bytes) {
  return decoded("checkpoint shard", [&] {
    std::vector<StoredRecord> records;
    while (!bytes.empty()) {
      const std::size_t end = std::min(bytes.find('\n'), bytes.size() - 1);
      const json from = json::parse(bytes.substr(0, end + 1));
      records.push_back({bytesOf(from.at("key")), bytesOf(from.at("value")), from.at("revision")});
      bytes.remove_prefix(end + 1);
    }
    return records;
  });
}

}  // namespace larder::repo
