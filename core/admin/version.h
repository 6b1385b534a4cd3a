#pragma once

namespace larder::admin {

inline constexpr const char* kVersion = LARDER_VERSION;

}  // namespace larder::admin
