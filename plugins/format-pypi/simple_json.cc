#include "simple_json.h"

#include "escape.h"

namespace larder::pypi {
namespace {

constexpr std::string_view kMeta = R"("meta":{"api-version":"1.4"})";

void appendHashes(std::string& out, const FileRecord& file) {
  out += R"("hashes":{"sha256":")" + file.content.sha256 + '"';
  if (!file.blake2b.empty()) out += R"(,"blake2b":")" + file.blake2b + '"';
  if (!file.md5.empty()) out += R"(,"md5":")" + file.md5 + '"';
  out += '}';
}

// No "dist-info-metadata": early readers of that name fail on an object (PEP 714).
void appendMetadata(std::string& out, const FileRecord& file) {
  out += R"(,"core-metadata":)";
  if (file.offersMetadata()) {
    out += R"({"sha256":")" + file.metadata->sha256 + R"("})";
  } else {
    out += "false";
  }
}

void appendYanked(std::string& out, const std::optional<std::string>& yanked) {
  out += R"(,"yanked":)";
  if (yanked && !yanked->empty()) {
    appendJson(out, *yanked);
  } else {
    out += yanked ? "true" : "false";
  }
}

void appendFile(std::string& out, const ProjectFile& file, std::string_view mount) {
  const FileRecord& record = file.record;
  out += R"({"filename":)";
  appendJson(out, record.filename);
  std::string url;
  appendFileUrl(url, mount, record);
  out += R"(,"url":)";
  appendJson(out, url);
  out += ',';
  appendHashes(out, record);
  out += R"(,"size":)" + std::to_string(record.content.size);
  out += R"(,"upload-time":")" + isoTime(record.uploaded) + R"(Z","requires-python":)";
  if (record.requiresPython.empty()) {
    out += "null";
  } else {
    appendJson(out, record.requiresPython);
  }
  appendMetadata(out, record);
  appendYanked(out, file.yanked);
  out += '}';
}

void appendStatus(std::string& out, const ProjectRecord& summary) {
  out += R"("project-status":{"status":")";
  out += statusName(summary.status);
  out += '"';
  if (!summary.reason.empty()) {
    out += R"(,"reason":)";
    appendJson(out, summary.reason);
  }
  out += '}';
}

// Appends `items` as a JSON array, each by `append`.
template <class Items, class Append>
void appendArray(std::string& out, const Items& items, Append append) {
  out += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ',';
    first = false;
    append(item);
  }
  out += ']';
}

}  // namespace

std::string projectJson(const Project& project, std::string_view mount) {
  std::string out = "{";
  out.reserve(512 + project.files.size() * 800);
  out += kMeta;
  out += R"(,"name":)";
  appendJson(out, project.normalized);
  out += ',';
  appendStatus(out, project.summary);
  out += R"(,"versions":)";
  appendArray(out, project.versions(), [&](const auto& version) { appendJson(out, version); });
  out += R"(,"files":)";
  appendArray(out, project.offered(), [&](const auto& file) { appendFile(out, file, mount); });
  out += '}';
  return out;
}

std::string rootJson(const std::vector<ProjectName>& projects) {
  std::string out = "{";
  out.reserve(64 + projects.size() * 40);
  out += kMeta;
  out += R"(,"projects":)";
  appendArray(out, projects, [&](const auto& project) {
    out += R"({"name":)";
    appendJson(out, project.display);
    out += '}';
  });
  out += '}';
  return out;
}

}  // namespace larder::pypi
