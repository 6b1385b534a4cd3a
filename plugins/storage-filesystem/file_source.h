#pragma once

#include <cstdint>
#include <string>

#include "larder/sdk/storage.h"

namespace larder::filesystem {

/// A run of bytes of an open file.
class FileSource final : public sdk::Source {
 public:
  FileSource(sdk::FileHandle file, std::string path, std::uint64_t offset, std::uint64_t length)
      : file_(std::move(file)), path_(std::move(path)), offset_(offset), left_(length) {}

  sdk::Result<std::size_t> read(std::span<std::byte> buffer) override;

 private:
  sdk::FileHandle file_;
  std::string path_;
  std::uint64_t offset_;
  std::uint64_t left_;
};

}  // namespace larder::filesystem
