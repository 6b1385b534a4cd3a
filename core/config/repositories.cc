#include <algorithm>

#include "core/config/addresses.h"
#include "core/config/configuration_reader.h"
#include "core/config/declarations.h"
#include "core/config/words.h"

namespace larder::config {

namespace {

constexpr std::string_view kRights[] = {"default_read", "default_write", "overwrite", "delete"};

// Why an entry of a list of rights can't mean what somebody hoped for, or empty.
std::string wrongWho(const std::string& who) {
  if (who.empty()) return "holds an empty name; write everyone, authenticated or a group's name";
  for (const std::string_view word : {"everyone", "authenticated", "admin"}) {
    std::string lower = who;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower == word && who != word) {
      return shown(who) + " would be a group of that name; write " + std::string(word);
    }
  }
  if (who == "*") return "\"*\" has no meaning; write everyone or authenticated";
  const bool control =
      std::any_of(who.begin(), who.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  return control ? shown(who) + " holds a control character; remove it" : "";
}

}  // namespace

void ConfigurationReader::readRepositories() {
  const Node::Entry* entry = root_.find("repositories");
  if (entry == nullptr) {
    problems_.add({configuration_.file_, 0, 0}, "repositories",
                  "required and missing; without one nothing is served");
    return;
  }
  const Node* node = top("repositories");
  if (node == nullptr) return;
  if (node->entries.empty()) {
    problems_.add(entry->where, "repositories", "is empty; add a repository");
  }
  for (const Node::Entry& repository : node->entries) {
    if (!usable("repositories", repository)) continue;
    configuration_.repositories.push_back(readRepository(repository));
    checkReferences(configuration_.repositories.back());
    checkRights(configuration_.repositories.back());
  }
  checkMounts();
}

RepositoryConfig ConfigurationReader::readRepository(const Node::Entry& entry) {
  RepositoryConfig repository;
  repository.name = entry.key;
  repository.where = entry.where;
  repository.node = entry.value;
  repository.host = sections_.read(entry.value.get(), entry.where, repository.path(),
                                   {repositorySettings(), {}, "repositories", true});
  const Section& host = *repository.host;
  repository.format = host.string("format");
  repository.formatAt = host.whereIs("format");
  repository.storage = host.string("storage");
  repository.cache = host.string("cache");
  repository.access = host.string("access");
  repository.defaultRead = host.list("default_read");
  repository.defaultWrite = host.list("default_write");
  repository.overwrite = host.list("overwrite");
  repository.remove = host.list("delete");
  const std::string downloads = host.string("downloads");
  if (downloads == "stream") repository.downloads = RepositoryConfig::Downloads::Stream;
  if (downloads != "stream" && downloads != "redirect") {
    problems_.add(
        host.invalid("downloads", "must be redirect or stream; found " + shown(downloads)));
  }
  const std::string why = wrongMount(host.string("mount"));
  if (!why.empty()) problems_.add(host.invalid("mount", why));
  repository.mount = why.empty() ? normalMount(host.string("mount")) : "";
  return repository;
}

void ConfigurationReader::checkName(const Section& section, std::string_view key,
                                    std::string_view kind,
                                    const std::vector<std::string_view>& names) {
  const std::string name = section.string(key);
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  std::string why = "no " + std::string(kind) + " named " + shown(name);
  why += names.empty() ? "; there is none, add one under " + std::string(kind)
                       : "; there are: " + joined(names) + suggestion(name, names);
  problems_.add(section.invalid(key, why));
}

void ConfigurationReader::checkReferences(const RepositoryConfig& repository) {
  const Section& host = *repository.host;
  checkName(host, "storage", "storage", namesOf(configuration_.storages));
  checkName(host, "cache", "cache", namesOf(configuration_.caches));
  checkName(host, "access", "access", namesOf(configuration_.accesses));
}

void ConfigurationReader::checkRights(const RepositoryConfig& repository) {
  const Section& host = *repository.host;
  for (const std::string_view name : kRights) {
    for (const std::string& who : host.list(name)) {
      const std::string why = wrongWho(who);
      if (!why.empty()) problems_.add(host.invalid(name, why));
    }
  }
  const auto& writers = repository.defaultWrite;
  const auto& listen = configuration_.listen_;
  if (std::find(writers.begin(), writers.end(), "everyone") == writers.end()) return;
  const auto open = std::find_if_not(listen.begin(), listen.end(), isLocalAddress);
  if (open == listen.end()) return;
  problems_.add(
      host.invalid("default_write",
                   "everyone may write only where larder listens on loopback or a unix socket, "
                   "but it listens on " +
                       shown(*open) + "; write authenticated, or change server.listen"));
}

void ConfigurationReader::checkMounts() {
  const auto& all = configuration_.repositories;
  for (auto one = all.begin(); one != all.end(); ++one) {
    const auto other = std::find_if(all.begin(), one, [&](const RepositoryConfig& earlier) {
      return !one->mount.empty() && earlier.mount == one->mount && earlier.format == one->format;
    });
    if (other == one || one->format.empty()) continue;
    problems_.add(one->host->invalid(
        "mount", "the repository " + other->name + " of the same format is already at " +
                     shown(one->mount) + "; give one of the two another mount, such as /" +
                     one->name + "/"));
  }
}

}  // namespace larder::config
