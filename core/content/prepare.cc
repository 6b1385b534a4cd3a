#include "core/content/prepare.h"

#include <zlib.h>

#include <stdexcept>

#include "core/content/digests.h"

namespace larder::content {
namespace {

constexpr std::size_t kWorthCompressing = 512;
constexpr std::size_t kEtagDigits = 32;

std::string gzip(const std::string& bytes) {
  constexpr int kGzipWindow = 15 + 16;
  constexpr int kMemory = 9;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemory,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib: " + std::string(stream.msg ? stream.msg : "no memory"));
  }
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int status = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("zlib: a page was not compressed whole");
  return packed;
}

}  // namespace

std::shared_ptr<const sdk::PreparedBody> prepare(std::string contentType, std::string bytes) {
  auto body = std::make_shared<sdk::PreparedBody>();
  const std::string tag =
      digestOf(sdk::DigestAlgorithm::Sha256, contentType + '\n' + bytes).substr(0, kEtagDigits);
  body->contentType = std::move(contentType);
  body->identityEtag = '"' + tag + '"';
  if (bytes.size() >= kWorthCompressing && bytes.size() <= 0x7fffffff) {
    std::string packed = gzip(bytes);
    if (packed.size() < bytes.size()) {
      body->gzip = std::move(packed);
      body->gzipEtag = '"' + tag + "-gzip\"";
    }
  }
  body->identity = std::move(bytes);
  return body;
}

}  // namespace larder::content
