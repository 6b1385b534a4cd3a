#include "records.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "any_version.h"

namespace larder::pypi {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 4> kStatusNames{"active", "archived", "quarantined",
                                                       "deprecated"};

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json blobJson(const StoredBlob& blob) {
  return {{"blob", blob.key}, {"sha256", blob.sha256}, {"size", blob.size}};
}

StoredBlob readBlob(const Json& json) {
  return {json.at("blob"), json.at("sha256"), json.at("size")};
}

// Absent members stand for empty texts, so that records stay small.
void setText(Json& json, const char* name, const std::string& value) {
  if (!value.empty()) json[name] = value;
}

// Runs `read` on the parsed text. nlohmann reports what is missing or of another type by
// exceptions.
template <class T, class Read>
sdk::Result<T> parseRecord(std::string_view what, std::string_view text, Read read) {
  try {
    return read(Json::parse(text));
  } catch (const Json::exception& e) {
    return sdk::Error(sdk::Errc::Corrupt, std::string(what) + " record: " + e.what());
  }
}

}  // namespace

std::string_view statusName(Status status) noexcept {
  return kStatusNames[static_cast<std::size_t>(status)];
}

std::optional<Status> parseStatus(std::string_view name) noexcept {
  const auto found = std::find(kStatusNames.begin(), kStatusNames.end(), name);
  if (found == kStatusNames.end()) return std::nullopt;
  return static_cast<Status>(found - kStatusNames.begin());
}

bool isKey(std::string_view key) noexcept {
  return !key.empty() && key.size() <= 300 && key.find('\0') == std::string_view::npos;
}

std::string filePrefix(std::string_view project) { return "f/" + std::string(project) + "/"; }
std::string yankPrefix(std::string_view project) { return "y/" + std::string(project) + "/"; }
std::string projectKey(std::string_view project) { return "p/" + std::string(project); }

std::string fileKey(std::string_view project, std::string_view filename) {
  return filePrefix(project) + std::string(filename);
}

std::string yankKey(std::string_view project, std::string_view version) {
  const AnyVersion parsed(version);
  if (parsed.standard()) return yankPrefix(project) + parsed.standard()->canonical();
  std::string text = parsed.text();
  std::replace(text.begin(), text.end(), '_', '-');
  return yankPrefix(project) + text;
}

std::string identityKey(std::string_view project, std::string_view identity) {
  return "i/" + std::string(project) + "/" + std::string(identity);
}

std::string tombstoneKey(std::string_view project, std::string_view identity) {
  return "t/" + std::string(project) + "/" + std::string(identity);
}

std::string toJson(const FileRecord& record) {
  Json json = blobJson(record.content);
  json["project"] = record.project;
  json["name"] = record.name;
  json["version"] = record.version;
  json["filename"] = record.filename;
  json["type"] = record.packageType;
  json["python"] = record.pythonVersion;
  json["md5"] = record.md5;
  json["blake2b"] = record.blake2b;
  json["uploaded"] = record.uploaded;
  if (record.metadata) json["metadata"] = blobJson(*record.metadata);
  setText(json, "uploader", record.uploader);
  setText(json, "requires_python", record.requiresPython);
  setText(json, "summary", record.summary);
  return dump(json);
}

std::string toJson(const ProjectRecord& record) {
  Json json{{"name", record.name},
            {"status", statusName(record.status)},
            {"files", record.files},
            {"unstable", record.unstable},
            {"last_modified", record.lastModified},
            {"serial", record.serial}};
  if (record.stable) json["stable"] = *record.stable;
  setText(json, "reason", record.reason);
  setText(json, "summary", record.summary);
  return dump(json);
}

std::string toJson(const YankRecord& record) {
  Json json{{"version", record.version}};
  setText(json, "reason", record.reason);
  return dump(json);
}

std::string toJson(const IdentityRecord& record) { return dump({{"filename", record.filename}}); }

std::string toJson(const TombstoneRecord& record) {
  return dump(
      {{"filename", record.filename}, {"sha256", record.sha256}, {"deleted", record.deleted}});
}

sdk::Result<FileRecord> parseFile(std::string_view text) {
  return parseRecord<FileRecord>("file", text, [](const Json& json) {
    FileRecord record;
    record.project = json.at("project");
    record.name = json.at("name");
    record.version = json.at("version");
    record.filename = json.at("filename");
    record.packageType = json.at("type");
    record.pythonVersion = json.at("python");
    record.content = readBlob(json);
    record.md5 = json.at("md5");
    record.blake2b = json.at("blake2b");
    record.uploaded = json.at("uploaded");
    if (json.contains("metadata")) record.metadata = readBlob(json.at("metadata"));
    record.uploader = json.value("uploader", "");
    record.requiresPython = json.value("requires_python", "");
    record.summary = json.value("summary", "");
    return record;
  });
}

sdk::Result<ProjectRecord> parseProject(std::string_view text) {
  return parseRecord<ProjectRecord>(
      "project", text, [](const Json& json) -> sdk::Result<ProjectRecord> {
        ProjectRecord record;
        const auto status = parseStatus(json.at("status").get<std::string>());
        if (!status) {
          return sdk::Error(sdk::Errc::Corrupt,
                            "project record: unknown status " + json.at("status").dump());
        }
        record.name = json.at("name");
        record.status = *status;
        record.reason = json.value("reason", "");
        record.files = json.at("files");
        if (json.contains("stable")) record.stable = json.at("stable").get<std::string>();
        record.unstable = json.at("unstable");
        record.lastModified = json.at("last_modified");
        record.summary = json.value("summary", "");
        record.serial = json.at("serial");
        return record;
      });
}

sdk::Result<YankRecord> parseYank(std::string_view text) {
  return parseRecord<YankRecord>("yank", text, [](const Json& json) {
    return YankRecord{json.at("version"), json.value("reason", "")};
  });
}

sdk::Result<IdentityRecord> parseIdentity(std::string_view text) {
  return parseRecord<IdentityRecord>(
      "identity", text, [](const Json& json) { return IdentityRecord{json.at("filename")}; });
}

sdk::Result<TombstoneRecord> parseTombstone(std::string_view text) {
  return parseRecord<TombstoneRecord>("tombstone", text, [](const Json& json) {
    return TombstoneRecord{json.at("filename"), json.at("sha256"), json.at("deleted")};
  });
}

}  // namespace larder::pypi
