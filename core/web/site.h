#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/format.h"

namespace larder::web {

/// Where a repository's blobs are sent from.
struct Downloads {
  sdk::Blobs* blobs = nullptr;
  sdk::LocalFiles* local = nullptr;         ///< Null: not on this machine.
  sdk::PresignedUrls* presigned = nullptr;  ///< Null: bytes are streamed through the server.
  std::chrono::seconds presignedFor{};
};

/// One set of routes under one mount: a repository, or the host itself.
struct Site {
  std::string repository;         ///< Empty: the host.
  std::string mount = "/";        ///< With both slashes.
  sdk::Format* format = nullptr;  ///< Null: the host.
  std::vector<sdk::Route> routes;
  Downloads downloads;
};

/// The repository that a host-wide address means: the one called `wanted`, else the
/// only one mounted at "/". Errors: Invalid with the choices, for the client.
sdk::Result<std::size_t> chooseSite(const std::vector<Site>& sites,
                                    std::optional<std::string_view> wanted);

}  // namespace larder::web
