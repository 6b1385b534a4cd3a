#include "core/plugin/loader.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "core/plugin/library.h"

namespace larder::plugin {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kKinds = {"storage", "cache", "access", "format"};
constexpr std::string_view kSuffix = ".so";

sdk::Error error(sdk::Errc code, std::string_view subject, std::string text) {
  return {code, std::string(subject) + ": " + std::move(text)};
}

bool isKind(std::string_view kind) {
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

bool isName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() >= 'a' && name.front() <= 'z' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

/// Whoever may write a plugin may run code as this process. A group counts as
/// others unless it is root's or the process's own.
sdk::Result<void> checkWriters(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) {
    return error(sdk::Errc::Unavailable, path, std::generic_category().message(errno));
  }
  if ((about.st_mode & S_IWOTH) != 0) {
    return error(sdk::Errc::Forbidden, path, "may be written by everybody; chmod o-w it");
  }
  if ((about.st_mode & S_IWGRP) != 0 && about.st_gid != 0 && about.st_gid != ::getegid()) {
    return error(sdk::Errc::Forbidden, path,
                 "may be written by group " + std::to_string(about.st_gid) + "; chmod g-w it");
  }
  return {};
}

sdk::Result<std::string> realPath(const std::string& path) {
  std::error_code failed;
  const fs::path real = fs::canonical(path, failed);
  if (!failed) return real.string();
  const bool missing = failed == std::errc::no_such_file_or_directory;
  return error(missing ? sdk::Errc::NotFound : sdk::Errc::Unavailable, path, failed.message());
}

struct Label {
  std::string kind;
  std::string name;
};

/// What <kind>-<name>.so promises.
sdk::Result<Label> labelOf(const std::string& path) {
  const std::string file = fs::path(path).filename().string();
  const std::size_t dash = file.find('-');
  if (dash != std::string::npos && file.ends_with(kSuffix)) {
    const std::string kind = file.substr(0, dash);
    const std::string name = file.substr(dash + 1, file.size() - dash - 1 - kSuffix.size());
    if (isKind(kind) && isName(name)) return Label{kind, name};
  }
  return error(sdk::Errc::Invalid, path,
               "a plugin's file is called <kind>-<name>.so, kind being storage, cache, access or "
               "format");
}

}  // namespace

Loader::Loader(std::vector<std::string> directories, sdk::Logger& logger)
    : directories_(std::move(directories)), logger_(logger) {}

sdk::Result<const LoadedPlugin*> Loader::load(std::string_view kind, std::string_view name) {
  const std::string label = std::string(kind) + "-" + std::string(name);
  if (!isKind(kind)) {
    return error(sdk::Errc::Invalid, label, "kinds are storage, cache, access and format");
  }
  if (!isName(name)) {
    return error(sdk::Errc::Invalid, label,
                 "a plugin's name is a lower-case letter, then letters, digits and '-'");
  }
  std::vector<std::string> files;
  std::string searched;
  for (const std::string& directory : directories_) {
    searched += (searched.empty() ? "" : ", ") + directory;
    std::error_code ignored;
    const std::string file = (fs::path(directory) / (label + std::string(kSuffix))).string();
    const auto same = [&](const std::string& f) { return fs::equivalent(f, file, ignored); };
    if (!fs::exists(file, ignored) || std::any_of(files.begin(), files.end(), same)) continue;
    files.push_back(file);
  }
  if (files.empty()) {
    return error(sdk::Errc::NotFound, label,
                 "no such plugin; looked for " + label + ".so in " +
                     (searched.empty() ? "no directory" : searched));
  }
  if (files.size() > 1) {
    return error(sdk::Errc::Conflict, label,
                 "found twice, " + files[0] + " and " + files[1] + "; remove one");
  }
  return loadFile(files.front());
}

sdk::Result<const LoadedPlugin*> Loader::loadFile(const std::string& path) {
  LARDER_TRY_ASSIGN(const std::string real, realPath(path));
  LARDER_TRY_ASSIGN(const Label label, labelOf(path));
  auto loaded = loaded_.lock();
  const auto known = loaded->find(label.kind + "-" + label.name);
  if (known != loaded->end()) {
    if (known->second->path == real) return known->second;
    return error(sdk::Errc::Conflict, real,
                 "a plugin of this name is loaded from " + known->second->path);
  }
  LARDER_TRY(checkWriters(real));
  LARDER_TRY(checkWriters(fs::path(real).parent_path().string()));
  LARDER_TRY(checkWriters(fs::absolute(path).parent_path().string()));  // a link can be replaced
  auto opened = openLibrary(real, label.kind, label.name);
  if (!opened) return std::move(opened).error().within(real);
  const LoadedPlugin* plugin = *opened;
  loaded->emplace(plugin->label(), plugin);
  logger_.info("plugin.loaded", "Loaded a plugin",
               {{"kind", plugin->kind},
                {"name", plugin->name},
                {"version", plugin->version},
                {"sdk", plugin->sdk},
                {"path", plugin->path}});
  return plugin;
}

std::vector<Loader::Found> Loader::survey() {
  std::vector<Found> found;
  const auto add = [&](Found one) {
    const auto same = [&](const Found& f) { return f.path == one.path; };
    if (std::none_of(found.begin(), found.end(), same)) found.push_back(std::move(one));
  };
  for (const std::string& directory : directories_) {
    std::vector<std::string> files;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(directory, failed)) {
      if (entry.path().extension() == kSuffix) files.push_back(entry.path().string());
    }
    if (failed) add({directory, nullptr, failed.message()});
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) {
      auto plugin = loadFile(file);
      add(plugin ? Found{(*plugin)->path, *plugin, {}}
                 : Found{file, nullptr, plugin.error().message()});
    }
  }
  return found;
}

}  // namespace larder::plugin
