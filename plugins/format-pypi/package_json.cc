#include "package_json.h"

#include <nlohmann/json.hpp>

#include "escape.h"

namespace larder::pypi {

using Json = nlohmann::ordered_json;

std::string packageUrl(const FileRecord& file, std::string_view mount) {
  std::string url(mount);
  url += "api/package/";
  appendSegment(url, file.project);
  url += '/';
  appendSegment(url, file.filename);
  return url;
}

Json nameJson(const FileRecord& file, std::string_view mount) {
  return {{"name", file.project},
          {"filename", file.filename},
          {"version", file.version},
          {"url", packageUrl(file, mount)}};
}

Json packageJson(const FileRecord& file, const std::optional<std::string>& yanked,
                 std::string_view mount) {
  Json metadata = Json::object();
  if (!file.requiresPython.empty()) metadata["requires_python"] = file.requiresPython;
  if (!file.summary.empty()) metadata["summary"] = file.summary;
  metadata["hash_sha256"] = file.content.sha256;
  metadata["hash_md5"] = file.md5;
  if (!file.uploader.empty()) metadata["uploader"] = file.uploader;

  Json json;
  json["name"] = file.project;
  json["filename"] = file.filename;
  json["last_modified"] = file.uploaded / 1'000'000;
  json["version"] = file.version;
  json["url"] = packageUrl(file, mount);
  json["summary"] = file.summary.empty() ? Json() : Json(file.summary);
  json["metadata"] = std::move(metadata);
  if (yanked) json["yanked"] = yanked->empty() ? Json(true) : Json(*yanked);
  return json;
}

}  // namespace larder::pypi
