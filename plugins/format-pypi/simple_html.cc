#include "simple_html.h"

#include "escape.h"

namespace larder::pypi {
namespace {

constexpr std::string_view kHead =
    "<!DOCTYPE html>\n<html>\n<head>\n  <meta charset=\"utf-8\">\n"
    "  <meta name=\"pypi:repository-version\" content=\"1.4\">\n";

void appendAttribute(std::string& out, std::string_view name, std::string_view value) {
  out += ' ';
  out += name;
  out += "=\"";
  appendHtml(out, value);
  out += '"';
}

void appendStatus(std::string& out, const ProjectRecord& summary) {
  out += "  <meta name=\"pypi:project-status\"";
  appendAttribute(out, "content", statusName(summary.status));
  out += ">\n";
  if (summary.reason.empty()) return;
  out += "  <meta name=\"pypi:project-status-reason\"";
  appendAttribute(out, "content", summary.reason);
  out += ">\n";
}

void appendTitle(std::string& out, std::string_view title) {
  out += "  <title>";
  appendHtml(out, title);
  out += "</title>\n</head>\n<body>\n";
}

// Both spellings of the metadata attribute: installers from before PEP 714 read only the first.
void appendMetadata(std::string& out, const FileRecord& file) {
  if (!file.offersMetadata()) return;
  const std::string value = "sha256=" + file.metadata->sha256;
  appendAttribute(out, "data-dist-info-metadata", value);
  appendAttribute(out, "data-core-metadata", value);
}

void appendAnchor(std::string& out, const ProjectFile& file, std::string_view mount) {
  const FileRecord& record = file.record;
  std::string url;
  appendFileUrl(url, mount, record);
  url += "#sha256=";
  url += record.content.sha256;
  out += "  <a";
  appendAttribute(out, "href", url);
  if (!record.requiresPython.empty()) {
    appendAttribute(out, "data-requires-python", record.requiresPython);
  }
  if (file.yanked) appendAttribute(out, "data-yanked", *file.yanked);
  appendMetadata(out, record);
  appendAttribute(out, "data-size", std::to_string(record.content.size));
  appendAttribute(out, "data-upload-time", isoTime(record.uploaded) + "Z");
  out += '>';
  appendHtml(out, record.filename);
  out += "</a><br>\n";
}

}  // namespace

void appendFileUrl(std::string& out, std::string_view mount, const FileRecord& file) {
  out += mount;
  out += "files/";
  appendSegment(out, file.project);
  out += '/';
  out += file.content.sha256;
  out += '/';
  appendSegment(out, file.filename);
}

std::string projectHtml(const Project& project, std::string_view mount) {
  std::string out(kHead);
  out.reserve(1024 + project.files.size() * 640);
  appendStatus(out, project.summary);
  appendTitle(out, "Links for " + project.normalized);
  for (const auto& file : project.offered()) appendAnchor(out, file, mount);
  out += "</body>\n</html>\n";
  return out;
}

std::string rootHtml(const std::vector<ProjectName>& projects, std::string_view mount) {
  std::string out(kHead);
  out.reserve(1024 + projects.size() * 80);
  appendTitle(out, "Simple index");
  for (const auto& project : projects) {
    std::string url(mount);
    url += "simple/";
    appendSegment(url, project.normalized);
    url += '/';
    out += "  <a";
    appendAttribute(out, "href", url);
    out += '>';
    appendHtml(out, project.display);
    out += "</a><br>\n";
  }
  out += "</body>\n</html>\n";
  return out;
}

}  // namespace larder::pypi
