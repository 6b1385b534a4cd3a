#include "project_document.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "escape.h"
#include "simple_html.h"

namespace larder::pypi {
namespace {

using Json = nlohmann::ordered_json;

Json orNull(const std::string& text) { return text.empty() ? Json() : Json(text); }
Json orNull(const std::vector<std::string>& list) { return list.empty() ? Json() : Json(list); }

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const auto& item : list) out += (out.empty() ? "" : ",") + item;
  return out;
}

Json urlsJson(const CoreMetadata& metadata) {
  Json urls = Json::object();
  for (const auto& [label, url] : metadata.projectUrls) urls[label] = url;
  if (!metadata.homePage.empty() && !urls.contains("Homepage"))
    urls["Homepage"] = metadata.homePage;
  if (!metadata.downloadUrl.empty() && !urls.contains("Download")) {
    urls["Download"] = metadata.downloadUrl;
  }
  return urls.empty() ? Json() : urls;
}

void addPeople(Json& info, const CoreMetadata& metadata) {
  info["author"] = metadata.author;
  info["author_email"] = metadata.authorEmail;
  info["maintainer"] = metadata.maintainer;
  info["maintainer_email"] = metadata.maintainerEmail;
}

void addTexts(Json& info, const CoreMetadata& metadata) {
  info["summary"] = metadata.summary;
  info["description"] = metadata.description;
  info["description_content_type"] = orNull(metadata.descriptionContentType);
  info["keywords"] = metadata.keywords;
  info["license"] = metadata.license;
  info["license_expression"] = orNull(metadata.licenseExpression);
  info["license_files"] = orNull(metadata.licenseFiles);
  info["classifiers"] = metadata.classifiers;
  info["platform"] = joined(metadata.platforms);
  info["home_page"] = metadata.homePage;
  info["download_url"] = metadata.downloadUrl;
}

void addAddresses(Json& info, const Project& project, const std::string& version,
                  const CoreMetadata& metadata, std::string_view mount) {
  std::string page(mount);
  page += "simple/" + project.normalized + "/";
  std::string release(mount);
  release += "pypi/" + project.normalized + "/";
  appendSegment(release, version);
  info["project_url"] = page;
  info["package_url"] = page;
  info["release_url"] = release + "/json";
  info["project_urls"] = urlsJson(metadata);
  info["docs_url"] = nullptr;
  info["bugtrack_url"] = nullptr;
}

void addDependencies(Json& info, const CoreMetadata& metadata, const FileRecord& file) {
  info["requires_python"] = orNull(file.requiresPython);
  info["requires_dist"] = orNull(metadata.requiresDist);
  info["provides_extra"] = orNull(metadata.providesExtra);
  info["dynamic"] = orNull(metadata.dynamic);
}

void addYank(Json& json, const std::optional<std::string>& yanked) {
  json["yanked"] = yanked.has_value();
  json["yanked_reason"] = yanked && !yanked->empty() ? Json(*yanked) : Json();
}

Json infoJson(const Project& project, const Release& shown, const CoreMetadata& metadata,
              std::string_view mount) {
  const ProjectFile& file = shown.spokesman();
  Json info;
  info["name"] = file.record.name;
  info["version"] = file.record.version;
  addTexts(info, metadata);
  addPeople(info, metadata);
  addAddresses(info, project, file.record.version, metadata, mount);
  addDependencies(info, metadata, file.record);
  info["downloads"] = {{"last_day", -1}, {"last_week", -1}, {"last_month", -1}};
  addYank(info, file.yanked);
  return info;
}

Json fileJson(const ProjectFile& file, std::string_view mount) {
  const FileRecord& record = file.record;
  const std::string time = isoTime(record.uploaded);
  std::string url;
  appendFileUrl(url, mount, record);
  Json json;
  json["filename"] = record.filename;
  json["packagetype"] = record.packageType;
  json["python_version"] = record.pythonVersion;
  json["size"] = record.content.size;
  json["url"] = url;
  json["md5_digest"] = record.md5;
  json["digests"] = {
      {"blake2b_256", record.blake2b}, {"md5", record.md5}, {"sha256", record.content.sha256}};
  json["upload_time"] = time.substr(0, time.find('.'));
  json["upload_time_iso_8601"] = time + "Z";
  json["requires_python"] = orNull(record.requiresPython);
  addYank(json, file.yanked);
  json["comment_text"] = "";
  json["has_sig"] = false;
  json["downloads"] = -1;
  json["core-metadata"] =
      record.offersMetadata() ? Json{{"sha256", record.metadata->sha256}} : Json(false);
  return json;
}

Json filesJson(const Release& release, std::string_view mount) {
  Json files = Json::array();
  for (const auto* file : release.files) files.push_back(fileJson(*file, mount));
  return files;
}

}  // namespace

const ProjectFile& Release::spokesman() const {
  const auto rank = [](const ProjectFile* file) {
    return file->record.offersMetadata() ? 0 : file->record.metadata ? 1 : 2;
  };
  return **std::min_element(files.begin(), files.end(),
                            [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
}

std::vector<Release> releasesOf(const Project& project) {
  std::vector<Release> releases;
  for (const auto& file : project.offered()) {
    if (releases.empty() || !(releases.back().version == file.version)) {
      releases.push_back({file.version, {}});
    }
    releases.back().files.push_back(&file);
  }
  return releases;
}

const Release& latestRelease(const std::vector<Release>& releases) {
  const auto rank = [](const Release& release) {
    return std::tuple(!release.yanked(), !release.version.isPrerelease());
  };
  const Release* best = &releases.front();
  for (const auto& release : releases) {
    if (rank(release) >= rank(*best)) best = &release;
  }
  return *best;
}

Json releasesJson(const std::vector<Release>& releases, std::string_view mount) {
  Json json = Json::object();
  for (const auto& release : releases) {
    json[release.files.front()->record.version] = filesJson(release, mount);
  }
  return json;
}

Json releaseDocument(const Project& project, const Release& shown, const CoreMetadata& metadata,
                     std::string_view mount) {
  Json json;
  json["info"] = infoJson(project, shown, metadata, mount);
  json["urls"] = filesJson(shown, mount);
  json["vulnerabilities"] = Json::array();
  json["last_serial"] = project.version;
  json["ownership"] = {{"roles", Json::array()}, {"organization", nullptr}};
  return json;
}

}  // namespace larder::pypi
