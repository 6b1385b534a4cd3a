#include "errors.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace larder::filesystem {
namespace {

struct Meaning {
  sdk::Errc code;
  std::string_view advice;
};

Meaning meaningOf(int error) {
  using sdk::Errc;
  switch (error) {
    case ENOENT:
      return {Errc::NotFound, ""};
    case ENOSPC:
      return {Errc::Unavailable, "; free space or inodes on that file system"};
    case EDQUOT:
      return {Errc::Unavailable, "; raise the quota or free space"};
    case EROFS:
      return {Errc::Unavailable, "; mount that file system writable"};
    case EACCES:
    case EPERM:
      return {Errc::Unavailable, "; the server's user needs read and write access to all of it"};
    case EMFILE:
    case ENFILE:
      return {Errc::Unavailable, "; raise the limit of open files (LimitNOFILE, ulimit -n)"};
    case EIO:
      return {Errc::Unavailable, "; check the disk and the kernel's log"};
    case ESTALE:
      return {Errc::Unavailable, "; check the network file system, then restart the server"};
    case EFBIG:
      return {Errc::TooLarge, "; the file system or a limit allows no larger file"};
    case ENAMETOOLONG:
      return {Errc::Unsupported, "; use a file system with names of at least 200 bytes"};
    case EXDEV:
      return {Errc::Unsupported, "; the whole storage must be on one file system"};
    default:
      return {Errc::Unavailable, ""};
  }
}

}  // namespace

sdk::Error systemError(int error, std::string_view doing, std::string_view path) {
  const Meaning meaning = meaningOf(error);
  std::string text(doing);
  text.append(" ").append(path).append(": ");
  text.append(std::generic_category().message(error)).append(meaning.advice);
  return sdk::Error(meaning.code, std::move(text));
}

sdk::Result<void> stillWanted(const sdk::Context& ctx, const sdk::Clock& clock) {
  if (ctx.cancelled()) return sdk::Error(sdk::Errc::Cancelled, "the caller has gone");
  if (clock.steady() < ctx.deadline()) return {};
  return sdk::Error(sdk::Errc::Timeout, "the deadline has passed");
}

}  // namespace larder::filesystem
