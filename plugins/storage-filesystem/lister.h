#pragma once

#include <functional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/host.h"
#include "larder/sdk/storage.h"
#include "root.h"

struct dirent;

namespace larder::filesystem {

/// One page of keys in byte order out of a directory tree.
///
/// In a directory the names are sorted with a '/' behind those of directories:
/// "a-b" < "a/…" < "a0". That gives the order of whole keys, because all keys
/// below "a" begin with "a/". Directories in which no key can match are not
/// read.
class Lister {
 public:
  Lister(const sdk::Context& ctx, const sdk::Clock& clock, const Root& root,
         std::string_view prefix, std::string_view after, std::size_t limit)
      : ctx_(ctx), clock_(clock), root_(root), prefix_(prefix), after_(after), limit_(limit) {}

  sdk::Result<sdk::ObjectPage> run();

 private:
  bool full() const noexcept { return page_.objects.size() > limit_; }
  bool mayHold(std::string_view folder) const noexcept;
  bool wanted(std::string_view key) const noexcept;
  sdk::Result<void> visit(int fd, const std::string& folder);
  sdk::Result<void> enter(int fd, const std::string& folder, const std::string& name);
  void take(int fd, const std::string& key, const std::string& name);
  /// The smallest on top: a page rarely needs all names in order.
  using Names = std::priority_queue<std::string, std::vector<std::string>, std::greater<>>;
  sdk::Result<Names> namesIn(int fd, const std::string& folder) const;
  void consider(int fd, const std::string& folder, const dirent& entry, Names& names) const;

  const sdk::Context& ctx_;
  const sdk::Clock& clock_;
  const Root& root_;
  const std::string_view prefix_;
  const std::string_view after_;
  const std::size_t limit_;
  sdk::ObjectPage page_;
};

}  // namespace larder::filesystem
