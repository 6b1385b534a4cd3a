#include "core/plugin/error_names.h"

namespace larder::plugin {

std::string errorName(sdk::Errc code) {
  switch (code) {
    case sdk::Errc::Invalid:
      return "invalid";
    case sdk::Errc::NotFound:
      return "not_found";
    case sdk::Errc::Conflict:
      return "conflict";
    case sdk::Errc::Unauthenticated:
      return "unauthenticated";
    case sdk::Errc::Forbidden:
      return "forbidden";
    case sdk::Errc::Unsupported:
      return "unsupported";
    case sdk::Errc::TooLarge:
      return "too_large";
    case sdk::Errc::Corrupt:
      return "corrupt";
    case sdk::Errc::Unavailable:
      return "unavailable";
    case sdk::Errc::Timeout:
      return "timeout";
    case sdk::Errc::Cancelled:
      return "cancelled";
    case sdk::Errc::Internal:
      return "internal";
  }
  return "unknown";  // a plugin's cast of some other number
}

}  // namespace larder::plugin
